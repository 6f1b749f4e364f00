"""Environment variables over connector files."""

import pytest

from config.model import ConfigFormat, Schema, SinkStream
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder


def test_variables_set_the_fields_of_their_connector(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    sink = folder.sink(
        SINK_STDOUT_ENABLED="False",
        SINK_STDOUT_VERSION="7",
        SINK_STDOUT_NAME="123",
        SINK_STDOUT_PATH="/opt/plugin.py",
        SINK_STDOUT_PLUGIN_CONFIG_FORMAT="json",
        SINK_STDOUT_VERBOSE="true",
    )

    assert not sink.enabled
    assert (sink.version, sink.name, sink.path) == (7, "123", "/opt/plugin.py")
    assert sink.plugin_config_format is ConfigFormat.JSON
    assert sink.verbose
    assert sink.plugin_config is None


def test_the_key_itself_can_be_set(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    assert folder.sink(SINK_STDOUT_KEY="other").key == "other"


def test_an_empty_variable_counts_as_not_set(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    assert folder.sink(SINK_STDOUT_NAME="", SINK_STDOUT_STREAMS_0_STREAM="").name == "Stdout sink"


def test_a_file_lacking_a_field_is_repaired_by_a_variable(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('path = "target/release/libiggy_connector_stdout_sink"', ""))

    assert folder.sink(SINK_STDOUT_PATH="stdout").path == "stdout"


def test_stream_variables_replace_all_streams_of_the_file(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('"json"', '""\nconsumer_group = "from file"'))

    sink = folder.sink(
        SINK_STDOUT_STREAMS_0_STREAM="42",
        SINK_STDOUT_STREAMS_0_TOPICS="[test_topic,test_topic_2]",
        SINK_STDOUT_STREAMS_0_SCHEMA="raw",
        SINK_STDOUT_STREAMS_1_STREAM="b",
        SINK_STDOUT_STREAMS_1_TOPICS="[1]",
        SINK_STDOUT_STREAMS_1_SCHEMA="text",
        SINK_STDOUT_STREAMS_1_BATCH_LENGTH="50",
        SINK_STDOUT_STREAMS_1_POLL_INTERVAL="1s",
        SINK_STDOUT_STREAMS_1_MIN_BATCH="20",
        SINK_STDOUT_STREAMS_1_LINGER="3s",
    )

    assert sink.streams == (
        SinkStream(stream="42", topics=("test_topic", "test_topic_2"), schema=Schema.RAW),
        SinkStream(
            stream="b",
            topics=("1",),
            schema=Schema.TEXT,
            batch_length=50,
            poll_interval="1s",
            min_batch=20,
            linger="3s",
        ),
    )


def test_source_stream_variables_have_their_own_names(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SOURCE)

    source = folder.source(
        SOURCE_RANDOM_STREAMS_0_STREAM="s",
        SOURCE_RANDOM_STREAMS_0_TOPIC="[t]",
        SOURCE_RANDOM_STREAMS_0_SCHEMA="json",
        SOURCE_RANDOM_STREAMS_0_LINGER_TIME="1s",
    )

    assert source.streams[0].topic == "[t]"
    assert source.streams[0].linger_time_s == 1


def test_what_stream_variables_lack_is_reported_under_them(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    error = folder.broken(SINK_STDOUT_STREAMS_1_STREAM="b").error

    assert "IGGY_CONNECTORS_SINK_STDOUT_STREAMS_0_…: streams[0].stream: is required" in error
    assert "IGGY_CONNECTORS_SINK_STDOUT_STREAMS_1_…: streams[1].topics: is required" in error
    assert "a.toml" not in error


def test_a_wrong_value_is_reported_under_its_variable(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    error = folder.broken(SINK_STDOUT_ENABLED="yes", SINK_STDOUT_STREAMS_0_TOPICS="t").error

    assert 'IGGY_CONNECTORS_SINK_STDOUT_ENABLED: enabled = "yes": must be true or false' in error
    assert 'SINK_STDOUT_STREAMS_0_TOPICS: streams[0].topics = "t": must be an array' in error


def test_plugin_options_are_added_at_the_top_level(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f'{SINK}[plugin_config]\nurl = "file"\nkept = 1\n')

    sink = folder.sink(
        SINK_STDOUT_PLUGIN_CONFIG_URL="variable",
        SINK_STDOUT_PLUGIN_CONFIG_MAX_RETRIES="1",
        SINK_STDOUT_PLUGIN_CONFIG_TABLES="[tbl]",
        SINK_STDOUT_PLUGIN_CONFIG_EMPTY="",
        SINK_STDOUT_PLUGIN_CONFIG_RATIO="nan",
    )

    assert sink.plugin_config == {
        "url": "variable",
        "kept": 1,
        "max_retries": 1,
        "tables": ["tbl"],
        "empty": "",
        "ratio": "nan",
    }


def test_plugin_options_are_matched_in_any_case(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    assert folder.sink(sink_stdout_Plugin_Config_Url="x").plugin_config == {"url": "x"}


def test_the_format_of_plugin_config_is_no_plugin_option(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f"{SINK}[plugin_config]\na = 1\n")

    sink = folder.sink(SINK_STDOUT_PLUGIN_CONFIG_FORMAT="yaml")

    assert sink.plugin_config == {"a": 1}


def test_plugin_options_that_cannot_be_added_are_reported(folder: ConnectorFolder) -> None:
    folder.write("a.toml", f'plugin_config = "hunter2"\n{SINK}')

    loaded = folder.load(SINK_STDOUT_PLUGIN_CONFIG_URL="x")

    assert loaded.value.connectors[0].plugin_config == "hunter2"
    (warning,) = loaded.warnings
    assert (warning.key, warning.value, warning.line) == ("plugin_config", None, 1)


def test_variables_apply_to_every_version(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)
    folder.write("b.toml", SINK, ("version = 0", "version = 1"))

    assert folder.sink(SINK_STDOUT_NAME="same").name == "same"


def test_variables_belong_to_the_longest_key_they_fit(folder: ConnectorFolder) -> None:
    for key in ["es", "es_v2", "es_plugin"]:
        folder.write(f"{key}.toml", SINK, ('"stdout"', f'"{key}"'))

    loaded = folder.load(
        SINK_ES_ENABLED="false",
        SINK_ES_V2_NAME="second",
        SINK_ES_V2_PLUGIN_CONFIG_URL="v2",
        SINK_ES_PLUGIN_CONFIG_URL="first",
        SINK_ES_PLUGIN_VERBOSE="true",
    )

    assert loaded.warnings == ()
    es, plugin, second = loaded.value.connectors
    assert (es.key, es.enabled, es.name, es.plugin_config) == (
        "es",
        False,
        "Stdout sink",
        {"url": "first"},
    )
    assert (second.key, second.name, second.plugin_config) == ("es_v2", "second", {"url": "v2"})
    assert (plugin.key, plugin.verbose, plugin.plugin_config) == ("es_plugin", True, None)


def test_a_variable_that_fits_two_keys_belongs_to_the_longer_one(folder: ConnectorFolder) -> None:
    for key in ["es", "es_plugin_config_a"]:
        folder.write(f"{key}.toml", SINK, ('"stdout"', f'"{key}"'))

    es, longer = folder.load(SINK_ES_PLUGIN_CONFIG_A_NAME="x").value.connectors

    assert (es.plugin_config, longer.name) == (None, "x")


def test_a_key_is_upper_cased_and_kept_otherwise(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK, ('"stdout"', '"my-Sink.1"'))

    assert folder.sink(**{"SINK_MY-SINK.1_NAME": "x"}).name == "x"


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("SINK_STDOUT_ENABLD", "SINK_STDOUT_ENABLED"),
        ("SINK_STDUOT_ENABLED", "SINK_STDOUT_ENABLED"),
        ("SINK_STDOUT_STREAMS_0_TOPIC", "SINK_STDOUT_STREAMS_0_TOPICS"),
        ("SINK_STDOUT_enabled", "SINK_STDOUT_ENABLED"),
        ("SINK_STDOUT_TYPE", None),
        ("SINK_STDOUT_STREAMS_256_STREAM", "SINK_STDOUT_STREAMS_0_STREAM"),
        ("SINK_STDOUT_PLUGIN_CONFIG_", None),
        ("SINK_STDOUT_TRANSFORMS", None),
        ("SOURCE_STDOUT_ENABLED", None),
    ],
)
def test_a_name_that_sets_nothing_is_a_warning(
    folder: ConnectorFolder, name: str, suggestion: str | None
) -> None:
    folder.write("a.toml", SINK)

    warning = folder.warning(**{name: "hunter2"})

    assert warning.source == f"IGGY_CONNECTORS_{name}"
    assert "ignored" in warning.problem
    if suggestion is not None:
        assert warning.suggestion == f"IGGY_CONNECTORS_{suggestion}"
    assert "hunter2" not in str(warning)


def test_a_value_that_is_not_text_breaks_its_connector(folder: ConnectorFolder) -> None:
    folder.write("a.toml", SINK)

    broken = folder.broken(SINK_STDOUT_PATH="\udcff", SINK_STDOUT_PLUGIN_CONFIG_A="\udcff")

    assert "UTF-8" in broken.error
    assert f"{broken}".encode()
