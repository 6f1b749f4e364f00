import logging
import threading

import pytest

from config.errors import ConfigError
from config.model import Schema, TransformConfig
from connectors.create import create_plugin
from connectors.sinks.stdout_sink import StdoutSink
from connectors.transforms import build_chain
from tests.connectors.messages import FIRST_OFFSET, batch, batch_of, messages


def opened(**config: object) -> StdoutSink:
    sink = create_plugin(
        StdoutSink,
        key="out",
        log=logging.getLogger("out"),
        plugin_config=config or None,
        stopping=threading.Event(),
    )
    sink.open()
    return sink


@pytest.fixture(autouse=True)
def info_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)


def test_each_batch_gives_one_line_without_its_payloads(caplog: pytest.LogCaptureFixture) -> None:
    sink = opened()
    received = messages(b'"secret"', b'"more"')
    sink.consume(batch_of(received))
    sink.consume(batch(b"1"))

    place = "schema: json, stream: shop, topic: orders, partition: 3, offset: 999"
    assert [record.getMessage() for record in caplog.records] == [
        f"Stdout sink out received: 2 messages, {place}, invocation: 1",
        f"Stdout sink out received: 1 messages, {place}, invocation: 2",
    ]
    assert [message.copies for message in received] == [0, 0]


@pytest.mark.parametrize(
    ("schema", "payload", "printed"),
    [
        (Schema.JSON, b'{"a":[1]}', 'Json({\n  "a": [\n    1\n  ]\n})'),
        (Schema.TEXT, "grün".encode(), "Text(grün)"),
        (Schema.RAW, b"\x00\xff", "Raw([0, 255])"),
    ],
)
def test_payloads_are_printed_when_asked_for(
    caplog: pytest.LogCaptureFixture, schema: Schema, payload: bytes, printed: str
) -> None:
    opened(print_payload=True).consume(batch(payload, schema=schema))

    assert caplog.records[1].getMessage() == f"Message offset: {FIRST_OFFSET}, payload: {printed}"


def test_the_text_that_stands_for_a_message_is_printed_as_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    converted = batch(b'{"a":1}')
    to_proto = {"source_format": "json", "target_format": "proto"}
    converted.transform(
        build_chain([TransformConfig(type="proto_convert", enabled=True, options=to_proto)])
    )
    opened(print_payload=True).consume(converted)

    assert caplog.records[1].getMessage().endswith('payload: Proto({"a":1})')


def test_a_payload_that_cannot_be_printed_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    wrapped = batch(b"[" * 300 + b"]" * 300, b"2")
    opened(print_payload=True).consume(wrapped)

    assert [rejection.offset for rejection in wrapped.outcome.rejections] == [FIRST_OFFSET]
    assert "Json(2)" in caplog.text


def test_close_tells_how_often_it_was_called(caplog: pytest.LogCaptureFixture) -> None:
    sink = opened()
    sink.consume(batch(b"1"))
    sink.close()

    assert caplog.records[-1].getMessage() == "Stdout sink out closed after 1 invocations"


def test_close_is_harmless_before_open() -> None:
    StdoutSink.close(opened())


def test_print_payload_is_a_switch() -> None:
    with pytest.raises(ConfigError, match=r"plugin_config\.print_payload: must be true or false"):
        opened(print_payload="yes")
