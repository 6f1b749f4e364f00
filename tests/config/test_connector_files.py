"""What connector files say, when they are right."""

import json

import pytest

from config.model import (
    ConfigFormat,
    Kind,
    Schema,
    SinkConfig,
    SinkStream,
    SourceStream,
    TransformConfig,
)
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder


def test_a_file_with_only_what_is_required_gets_the_defaults(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    sink = folder.sink()

    assert sink == SinkConfig(
        key="stdout",
        enabled=True,
        version=0,
        name="Stdout sink",
        path="target/release/libiggy_connector_stdout_sink",
        streams=(
            SinkStream(stream="example_stream", topics=("example_topic",), schema=Schema.JSON),
        ),
    )
    (stream,) = sink.streams
    assert sink.kind is Kind.SINK
    assert stream.max_batch_length == 1000
    assert stream.poll_interval_s == 0.005
    assert (stream.min_batch, stream.linger_s) == (None, 0.1)
    assert sink.consumer_group(stream) == "iggy-connect-sink-stdout"


def test_a_file_with_everything_is_taken_as_it_is(folder: ConnectorFolder) -> None:
    everything = """
        batch_length = 50
        poll_interval = "1s"
        min_batch = 50
        linger = "2s"
        consumer_group = "group"
        avro_schema_json = "{}"
        avro_schema_path = "a.avsc"
        [[streams]]
        stream = "2"
        topics = ["1", "2"]
        schema = "raw"
        [transforms.delete_fields]
        enabled = false
        fields = ["a"]
        [transforms.add_fields]
        enabled = true
        [[transforms.add_fields.fields]]
        key = "b"
        value.static = 5
        [plugin_config]
        print_payload = true
        inner.list = [1, 2.5, "x"]
        """
    head = 'plugin_config_format = "yaml"\nverbose = true\nbenchmark = false\n'
    folder.write("a.toml", head + SINK + everything)

    sink = folder.sink()

    assert sink.plugin_config_format is ConfigFormat.YAML
    assert (sink.verbose, sink.benchmark) == (True, False)
    assert sink.streams == (
        SinkStream(
            stream="example_stream",
            topics=("example_topic",),
            schema=Schema.JSON,
            batch_length=50,
            poll_interval="1s",
            min_batch=50,
            linger="2s",
            consumer_group="group",
            avro_schema_json="{}",
            avro_schema_path="a.avsc",
        ),
        SinkStream(stream="2", topics=("1", "2"), schema=Schema.RAW),
    )
    assert sink.consumer_group(sink.streams[0]) == "group"
    assert sink.transforms == (
        TransformConfig(
            type="delete_fields", enabled=False, options={"enabled": False, "fields": ["a"]}
        ),
        TransformConfig(
            type="add_fields",
            enabled=True,
            options={"enabled": True, "fields": [{"key": "b", "value": {"static": 5}}]},
        ),
    )
    assert sink.plugin_config == {"print_payload": True, "inner": {"list": [1, 2.5, "x"]}}


def test_a_source_writes_to_one_topic_of_each_stream(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE + 'batch_length = 5\nlinger_time = "20ms"\n')

    (stream,) = folder.source().streams

    assert stream == SourceStream(
        stream="example_stream",
        topic="example_topic",
        schema=Schema.JSON,
        batch_length=5,
        linger_time="20ms",
    )
    assert stream.linger_time_s == pytest.approx(0.02)


def test_a_source_without_a_limit_sends_as_much_as_the_reference(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE + "batch_length = 0\n")

    (stream,) = folder.source().streams

    assert stream.batch_length == 0
    assert stream.max_batch_length == 1_000_000


def test_a_sink_may_have_no_streams(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK[: SINK.index("[[streams]]")] + "streams = []\n")

    assert folder.sink().streams == ()


@pytest.mark.parametrize("options", ["5", '"text"', "[1, 2]", "{}", "{a = 1}"])
def test_plugin_config_may_be_anything(folder: ConnectorFolder, options: str) -> None:
    folder.write("a.toml", f"plugin_config = {options}\n{SINK}")

    assert folder.sink().plugin_config is not None


def test_what_json_cannot_express_becomes_text(folder: ConnectorFolder) -> None:
    values = """
        at = 2026-11-24T01:02:03Z
        local = 2026-11-24T01:02:03.5
        day = 2026-11-24
        clock = [01:02:03]
        odd = [nan, -inf]
        """
    folder.write(
        "a.toml",
        f"{SINK}[transforms.add_fields]\nenabled = true\n{values}\n[plugin_config]\n{values}",
    )

    sink = folder.sink()

    expected = {
        "at": "2026-11-24T01:02:03+00:00",
        "local": "2026-11-24T01:02:03.500000",
        "day": "2026-11-24",
        "clock": ["01:02:03"],
        "odd": ["nan", "-inf"],
    }
    assert sink.plugin_config == expected
    assert sink.transforms[0].options == {"enabled": True, **expected}
    json.dumps(sink.plugin_config, allow_nan=False)


def test_plugin_config_is_not_in_the_repr(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f'{SINK}[plugin_config]\nurl = "postgres://me:hunter2@host"\n')

    assert "hunter2" not in repr(folder.load())


def test_a_disabled_connector_stays_in_the_catalog(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ("enabled = true", "enabled = false"))

    assert not folder.sink().enabled


def test_sinks_and_sources_have_keys_of_their_own(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('"stdout"', '"same"'))
    folder.write("b.toml", SOURCE, ('"random"', '"same"'))

    catalog = folder.load().value

    assert [(one.kind, one.key) for one in catalog.connectors] == [
        (Kind.SINK, "same"),
        (Kind.SOURCE, "same"),
    ]
    assert catalog.broken == ()


def test_both_spellings_of_flatbuffer_are_known(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('"json"', '"flatbuffer"'))
    folder.write("b.toml", SINK, ('"json"', '"flat_buffer"'), ('"stdout"', '"other"'))

    schemas = [config.streams[0].schema for config in folder.load().value.connectors]

    assert schemas == [Schema.FLAT_BUFFER] * 2


def test_transforms_may_stand_in_an_array_without_being_enabled(folder: ConnectorFolder) -> None:
    """As READMEs of the reference show them."""
    folder.write(
        "a.toml",
        SINK
        + """
        [[transforms]]
        type = "add_fields"

        [[transforms]]
        type = "proto_convert"
        target_format = "json"

        [[transforms]]
        type = "add_fields"
        enabled = false
        """,
    )

    assert folder.sink().transforms == (
        TransformConfig(type="add_fields", enabled=True, options={"enabled": True}),
        TransformConfig(
            type="proto_convert", enabled=True, options={"enabled": True, "target_format": "json"}
        ),
        TransformConfig(type="add_fields", enabled=False, options={"enabled": False}),
    )


def test_the_options_of_a_codec_are_kept_as_they_are(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('"json"', '"avro"\ncodec = { schema_path = "a", more = [1] }'))

    assert folder.sink().streams[0].codec == {"schema_path": "a", "more": [1]}
    hash(folder.sink().streams[0])
