"""Which version of a connector is in force."""

import pytest

from config.model import ConnectorCatalog
from tests.config.connector_folder import SINK, SOURCE, ConnectorFolder


def write_versions(folder: ConnectorFolder, *versions: int) -> None:
    for version in versions:
        folder.write(f"v{version}.toml", SINK, ("version = 0", f"version = {version}"))


def write_active(folder: ConnectorFolder, text: str) -> None:
    (folder.path / ".active_versions.toml").write_text(text)


def versions(catalog: ConnectorCatalog) -> list[int]:
    return [one.version for one in catalog.connectors]


def test_the_highest_version_is_in_force_when_nothing_else_is_said(folder: ConnectorFolder) -> None:
    write_versions(folder, 2, 10, 9)
    write_active(folder, "[sources]\n[sinks]\n")

    assert folder.sink().version == 10


def test_the_active_version_is_in_force(folder: ConnectorFolder) -> None:
    write_versions(folder, 0, 1)
    folder.write("source.toml", SOURCE)
    write_active(folder, "[sinks]\nstdout = 0\n[sources]\nrandom = 0\n")

    loaded = folder.load()

    assert versions(loaded.value) == [0, 0]
    assert loaded.warnings == ()


def test_an_active_version_that_is_not_there_breaks_the_connector(folder: ConnectorFolder) -> None:
    write_versions(folder, 0, 1)
    write_active(folder, "[sinks]\nstdout = 3\n")

    broken = folder.broken()

    assert (broken.key, broken.name, broken.config) == ("stdout", "Stdout sink", None)
    assert "version 3 is active, which has no file (there: 0, 1)" in broken.error


@pytest.mark.parametrize("value", ['"0"', "true", "0.0", "{}"])
def test_an_active_version_that_is_no_number_breaks_the_connector(
    folder: ConnectorFolder, value: str
) -> None:
    write_versions(folder, 0)
    folder.write("source.toml", SOURCE)
    write_active(folder, f"[sinks]\nstdout = {value}\n")

    loaded = folder.load()

    assert [one.key for one in loaded.value.connectors] == ["random"]
    assert ".active_versions.toml:2: sinks.stdout" in loaded.value.broken[0].error


@pytest.mark.parametrize("text", ["[sinks", "sinks = 5"])
def test_unreadable_active_versions_break_what_has_several_versions(
    folder: ConnectorFolder, text: str
) -> None:
    write_versions(folder, 0, 1)
    folder.write("source.toml", SOURCE)
    write_active(folder, text)

    loaded = folder.load()

    assert [one.key for one in loaded.value.connectors] == ["random"]
    (broken,) = loaded.value.broken
    assert "which version is active is not known" in broken.error
    assert ".active_versions.toml:1" in broken.error
    assert [one.line for one in loaded.warnings] == [1]


def test_a_version_named_active_of_a_connector_without_files_is_a_warning(
    folder: ConnectorFolder,
) -> None:
    write_versions(folder, 0)
    write_active(folder, "[sources]\nstdout = 0\n")

    assert "the source 'stdout', which has no file" in folder.warning().problem


def test_an_unknown_table_of_active_versions_is_a_warning(folder: ConnectorFolder) -> None:
    write_versions(folder, 0)
    write_active(folder, "[sink]\nstdout = 0\n")

    assert (folder.warning().key, folder.warning().suggestion) == ("sink", "sinks")


def test_two_files_of_the_version_in_force_break_the_connector(folder: ConnectorFolder) -> None:
    write_versions(folder, 0, 1)
    folder.write("copy.toml", SINK, ("version = 0", "version = 1"), ("stdout_sink", "elsewhere"))

    broken = folder.broken()

    assert broken.config is None
    assert "copy.toml" in broken.error
    assert "v1.toml" in broken.error
    assert "v0.toml" not in broken.error


def test_two_files_of_another_version_do_no_harm_but_are_reported(folder: ConnectorFolder) -> None:
    write_versions(folder, 0, 1)
    folder.write("copy.toml", SINK)

    loaded = folder.load()

    assert versions(loaded.value) == [1]
    (warning,) = loaded.warnings
    assert "copy.toml" in str(warning)
    assert "v0.toml" in str(warning)


def test_a_broken_version_in_force_is_not_replaced_by_an_older_one(folder: ConnectorFolder) -> None:
    write_versions(folder, 0)
    folder.write("v1.toml", SINK, ("version = 0", "version = 1"), ('"json"', '"jsn"'))

    assert "v1.toml:11: streams[0].schema" in folder.broken().error


def test_a_broken_version_that_is_not_in_force_is_a_warning(folder: ConnectorFolder) -> None:
    write_versions(folder, 1)
    folder.write("v0.toml", SINK, ('"json"', '"jsn"'))

    loaded = folder.load()

    assert versions(loaded.value) == [1]
    assert [one.key for one in loaded.warnings] == ["streams[0].schema"]


@pytest.mark.parametrize("text", ["", "version = true", "version = -1", 'version = "1"'])
def test_a_file_without_a_version_could_be_the_one_in_force(
    folder: ConnectorFolder, text: str
) -> None:
    write_versions(folder, 5)
    folder.write("a.toml", SINK, ("version = 0", text))

    assert "version" in folder.broken().error

    write_active(folder, "[sinks]\nstdout = 5\n")

    assert versions(folder.load().value) == [5]
