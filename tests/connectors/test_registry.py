import logging
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

import config
from config.connector_loader import load_connectors
from config.errors import ConfigError
from config.model import Kind
from connectors.create import create_plugin
from connectors.found_plugin import FoundPlugin
from connectors.registry import find_plugin
from connectors.sinks.stdout_sink import StdoutSink
from connectors.sources.random_source import RandomSource


def find(
    path: str, kind: Kind, cwd: Path, library_directories: Sequence[Path] | None = ()
) -> FoundPlugin:
    return find_plugin(path, kind, cwd=cwd, library_directories=library_directories)


def refusal(path: str, kind: Kind, cwd: Path, library_directories: Sequence[Path] = ()) -> str:
    with pytest.raises(ConfigError) as caught:
        find(path, kind, cwd, library_directories)
    return str(caught.value)


@pytest.mark.parametrize(
    "path",
    [
        "random",
        "iggy_connector_random_source",
        "libiggy_connector_random_source.so",
        "target/release/libiggy_connector_random_source",
        "../target/debug/libiggy_connector_random_source.dylib",
        "connectors.sources.random_source:RandomSource",
    ],
)
def test_the_random_source_is_found(path: str, tmp_path: Path) -> None:
    found = find(path, Kind.SOURCE, tmp_path)

    assert found.plugin_class is RandomSource
    assert found.resolved_path == "connectors.sources.random_source:RandomSource"
    assert found.version[0].isdigit()


@pytest.mark.parametrize("path", ["stdout", "target/release/libiggy_connector_stdout_sink"])
def test_the_stdout_sink_is_found(path: str, tmp_path: Path) -> None:
    assert find(path, Kind.SINK, tmp_path).plugin_class is StdoutSink


def test_what_was_found_can_be_found_again_by_its_resolved_path(tmp_path: Path) -> None:
    found = find("stdout", Kind.SINK, tmp_path)

    assert find(found.resolved_path, Kind.SINK, tmp_path) == found


def test_the_connectors_of_the_shipped_configuration_are_found(tmp_path: Path) -> None:
    shipped = Path(config.__file__).parent / "connectors"
    connectors = load_connectors(shipped, {}).value.connectors

    assert len(connectors) == 2
    for connector in connectors:
        found = find(connector.path, connector.kind, tmp_path)
        created = create_plugin(
            found.plugin_class,
            key=connector.key,
            log=logging.getLogger("shipped"),
            plugin_config=connector.plugin_config,
            stopping=threading.Event(),
        )
        assert isinstance(created, found.plugin_class)


@pytest.mark.parametrize("name", ["random", "target/release/libiggy_connector_random_source"])
def test_a_source_is_no_sink(name: str, tmp_path: Path) -> None:
    text = "random is a source, and this connector is a sink"
    assert text in refusal(name, Kind.SINK, tmp_path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("postgres", Kind.SINK),
        ("postgres", Kind.SOURCE),
        ("target/release/libiggy_connector_elasticsearch_source", Kind.SOURCE),
        ("libiggy_connector_s3_sink.so", Kind.SINK),
    ],
)
def test_connectors_of_the_reference_that_are_not_built_yet_say_so(
    name: str, kind: Kind, tmp_path: Path
) -> None:
    assert "of the reference is not built here yet" in refusal(name, kind, tmp_path)


def test_a_library_that_exists_goes_before_a_built_in(tmp_path: Path) -> None:
    library = tmp_path / "target" / "libiggy_connector_random_source.so"
    library.parent.mkdir()
    library.touch()

    for path in ("target/libiggy_connector_random_source", str(library)):
        text = refusal(path, Kind.SOURCE, tmp_path)
        assert f"Failed to load source container from {library}: {library} cannot be" in text


def test_a_native_library_is_also_looked_for_by_its_file_name(tmp_path: Path) -> None:
    elsewhere = tmp_path / "lib"
    elsewhere.mkdir()
    (elsewhere / "libiggy_connector_random_source.so").touch()

    text = refusal(
        "target/release/libiggy_connector_random_source", Kind.SOURCE, tmp_path, [elsewhere]
    )
    assert f"Failed to load source container from {elsewhere}/libiggy_connector_random" in text


def test_an_absolute_path_that_does_not_exist_is_not_found(tmp_path: Path) -> None:
    path = str(tmp_path / "libiggy_connector_random_source.so")

    assert refusal(path, Kind.SOURCE, tmp_path) == f"Plugin library not found: {path}"


def test_a_relative_path_that_is_unknown_lists_where_it_was_looked_for(tmp_path: Path) -> None:
    elsewhere = tmp_path / "lib"
    text = refusal("target/libiggy_connector_mystery_sink", Kind.SINK, tmp_path, [elsewhere])

    assert "Plugin library not found: target/libiggy_connector_mystery_sink" in text
    assert f"Searched paths: {tmp_path}/target/libiggy_connector_mystery_sink.so" in text
    assert f"{elsewhere}/libiggy_connector_mystery_sink.so" in text


def test_a_mistyped_name_is_answered_with_the_nearest_one(tmp_path: Path) -> None:
    text = refusal("stdot", Kind.SINK, tmp_path)

    assert "Plugin library not found: stdot" in text
    assert "did you mean stdout?" in text


@pytest.mark.parametrize("path", ["", "x" * 300, "a/" + "x" * 5000, "\0", "a:b:c", ":"])
def test_an_impossible_path_is_not_found(path: str, tmp_path: Path) -> None:
    assert "Plugin library not found" in refusal(path, Kind.SINK, tmp_path)


def test_the_usual_directories_are_searched(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        find_plugin("mystery", Kind.SINK, cwd=tmp_path)

    for directory in (Path(sys.executable).parent, tmp_path, Path("/usr/local/lib64")):
        assert f"{directory}/mystery.so" in str(caught.value)


@pytest.mark.parametrize(
    ("path", "problem"),
    [
        ("no_such_module_here:Sink", "ModuleNotFoundError: No module named 'no_such_module_here'"),
        ("connectors.sinks.stdout_sink:StdoutSinks", "did you mean StdoutSink?"),
        ("connectors.sinks.stdout_sink:Flag", "Flag is no subclass of connectors.Sink"),
        ("connectors.sinks.stdout_sink:orjson", "orjson is no subclass of connectors.Sink"),
        ("connectors.sources.random_source:RandomSource", "RandomSource is a source, and this"),
        ("connectors:Sink", "does not implement consume"),
    ],
)
def test_a_class_that_is_no_sink_is_refused(path: str, problem: str, tmp_path: Path) -> None:
    assert problem in refusal(path, Kind.SINK, tmp_path)
