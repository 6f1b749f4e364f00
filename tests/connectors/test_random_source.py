import json
import logging
import re
import threading
from collections.abc import Callable
from uuid import UUID

import pytest

from config.errors import ConfigError
from connectors import Produced
from connectors.create import create_plugin
from connectors.sources.random_source import RandomSource

VECTORS = [(None, "9102"), ("9102", "9104")]
Open = Callable[..., RandomSource]


@pytest.fixture
def stopping() -> threading.Event:
    return threading.Event()


@pytest.fixture
def opened(stopping: threading.Event) -> Open:
    def make(state: bytes | None = None, **config: object) -> RandomSource:
        source = create_plugin(
            RandomSource,
            key="random",
            log=logging.getLogger("random"),
            plugin_config={"interval": "0", **config},
            stopping=stopping,
        )
        source.open(state)
        return source

    return make


def polled(source: RandomSource) -> Produced:
    produced = source.poll()
    assert produced is not None
    return produced


def test_records_have_the_fields_of_the_reference_in_its_order(opened: Open) -> None:
    produced = polled(opened(payload_size=20))

    assert produced.schema == "json"
    for record in produced.records:
        assert isinstance(record.payload, bytes)
        value = json.loads(record.payload)
        assert list(value) == ["id", "title", "name", "text"]
        assert UUID(value["id"]).version == 4
        assert (value["title"], value["name"]) == ("Hello", "World")
        assert re.fullmatch("[A-Za-z0-9]{20}", value["text"])
        assert record[1:] == (None, None, None, None)


def test_records_differ(opened: Open) -> None:
    records = polled(opened(messages_range=[50, 51])).records

    assert len({record.payload for record in records}) == 50


def test_the_defaults_are_those_of_the_reference(opened: Open) -> None:
    produced = polled(opened())

    assert 10 <= len(produced.records) < 50
    assert isinstance(produced.records[0].payload, bytes)
    assert len(json.loads(produced.records[0].payload)["text"]) == 100


def test_the_range_of_messages_excludes_its_end(opened: Open) -> None:
    source = opened(messages_range=[3, 5])

    assert {len(polled(source).records) for _ in range(100)} == {3, 4}


def test_a_range_of_equal_ends_is_that_many(opened: Open) -> None:
    assert len(polled(opened(messages_range=[7, 7])).records) == 7


def test_a_poll_that_draws_no_records_yields_nothing(opened: Open) -> None:
    assert opened(messages_range=[0, 1]).poll() is None


@pytest.mark.parametrize(("given", "after"), VECTORS)
def test_the_state_is_in_the_format_of_the_reference(
    opened: Open, given: str | None, after: str
) -> None:
    source = opened(given and bytes.fromhex(given), messages_range=[2, 2])
    produced = polled(source)

    assert produced.state is not None
    assert produced.state.hex() == after


def test_the_count_goes_on_only_when_the_batch_was_accepted(opened: Open) -> None:
    source = opened(messages_range=[2, 2])
    first = polled(source)
    source.on_batch_result(False)
    repeated = polled(source)
    source.on_batch_result(True)
    next_one = polled(source)

    assert first.state == repeated.state == bytes.fromhex("9102")
    assert next_one.state == bytes.fromhex("9104")


def test_the_last_batch_is_cut_at_the_limit_and_then_nothing_comes(
    opened: Open, stopping: threading.Event
) -> None:
    source = opened(messages_range=[4, 4], max_count=6)
    lengths = []
    for _ in range(2):
        lengths.append(len(polled(source).records))
        source.on_batch_result(True)

    assert lengths == [4, 2]
    stopping.set()
    assert source.poll() is None


def test_a_source_that_has_finished_does_not_spin(opened: Open) -> None:
    waits: list[float | None] = []
    source = opened(max_count=0)
    source.stopping = _Recorder(waits)

    assert source.poll() is None
    assert waits == [1.0]


def test_the_interval_is_waited_for_before_each_batch(opened: Open) -> None:
    waits: list[float | None] = []
    source = opened(interval="250ms")
    source.stopping = _Recorder(waits)
    polled(source)
    polled(source)

    assert waits == [0.25, 0.25]


def test_a_poll_ends_at_once_when_it_is_time_to_stop(
    opened: Open, stopping: threading.Event
) -> None:
    source = opened(interval="1h")
    threading.Timer(0.05, stopping.set).start()

    assert source.poll() is None


def test_an_invalid_interval_is_a_second_with_a_warning(
    opened: Open, caplog: pytest.LogCaptureFixture
) -> None:
    waits: list[float | None] = []
    source = opened(interval="soon")
    source.stopping = _Recorder(waits)
    polled(source)

    assert waits == [1.0]
    assert "interval is taken as 1s" in caplog.text


@pytest.mark.parametrize("state", [b"", b"\xc1", b"\x91", b"\x91\xa1a", b"\x92\x01\x02", b"\x05"])
def test_a_state_that_cannot_be_read_begins_anew_with_a_warning(
    opened: Open, caplog: pytest.LogCaptureFixture, state: bytes
) -> None:
    source = opened(state, messages_range=[2, 2])

    assert polled(source).state == bytes.fromhex("9102")
    assert "the state cannot be read" in caplog.text


@pytest.mark.parametrize(
    ("option", "value", "problem"),
    [
        ("interval", 5, "must be a string"),
        ("max_count", -1, "whole number"),
        ("max_count", "5", "whole number"),
        ("messages_range", [5], "array of two whole numbers"),
        ("messages_range", [5, 4], "must not begin above its end"),
        ("messages_range", [1.5, 2], "whole number"),
        ("payload_size", True, "whole number"),
        ("payload_size", 2**40, "whole number"),
    ],
)
def test_wrong_options_are_named(opened: Open, option: str, value: object, problem: str) -> None:
    with pytest.raises(ConfigError, match=rf"plugin_config\.{option}.*{problem}"):
        opened(**{option: value})


def test_a_max_count_of_null_is_none(opened: Open) -> None:
    assert opened(max_count=None).poll() is not None


def test_it_makes_thousands_of_records_at_once(opened: Open) -> None:
    source = opened(messages_range=[20_000, 20_000], payload_size=0)

    assert len(polled(source).records) == 20_000


class _Recorder:
    def __init__(self, waits: list[float | None]) -> None:
        self._waits = waits

    def wait(self, timeout: float | None = None, /) -> bool:
        self._waits.append(timeout)
        return False

    def is_set(self) -> bool:
        return False
