"""The configuration that `make run` starts with."""

from importlib.resources import files
from pathlib import Path

from config import load_connectors, load_runtime
from config.model import Kind, SinkConfig, SourceConfig

ROOT = Path(__file__).parents[2]


def test_the_shipped_files_load_without_a_complaint() -> None:
    environ = {"IGGY_CONNECTORS_CONFIG_PATH": "config/runtime.toml"}

    runtime = load_runtime(environ, cwd=ROOT)
    catalog = load_connectors(runtime.value.connectors_dir, environ)

    assert (*runtime.warnings, *catalog.warnings, *catalog.value.broken) == ()
    assert runtime.value.iggy.address == "localhost:8090"
    assert [(one.kind, one.key, one.enabled) for one in catalog.value.connectors] == [
        (Kind.SOURCE, "random", True),
        (Kind.SINK, "stdout", True),
    ]


def test_the_shipped_source_and_sink_share_a_topic() -> None:
    catalog = load_connectors(ROOT / "config" / "connectors", {}).value

    source, sink = catalog.connectors

    assert isinstance(source, SourceConfig)
    assert isinstance(sink, SinkConfig)
    assert source.streams[0].stream == sink.streams[0].stream == "example_stream"
    assert (source.streams[0].topic,) == sink.streams[0].topics == ("example_topic",)


def test_the_shipped_files_are_part_of_the_package() -> None:
    package = files("config")

    assert (package / "defaults.toml").is_file()
    assert (package / "runtime.toml").is_file()
    assert (package / "connectors" / "random_source.toml").is_file()
