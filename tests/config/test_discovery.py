"""Which files of a directory are connectors."""

import json
from pathlib import Path

import pytest

from config import load_connectors
from config.model import ConnectorCatalog
from tests.config.connector_folder import SINK, ConnectorFolder


def test_no_directory_means_no_connectors() -> None:
    loaded = load_connectors(None, {})

    assert loaded.value == ConnectorCatalog()
    assert loaded.warnings == ()


def test_a_missing_directory_is_made_and_reported(tmp_path: Path) -> None:
    loaded = load_connectors(tmp_path / "a" / "b", {})

    assert loaded.value == ConnectorCatalog()
    assert (tmp_path / "a" / "b").is_dir()
    assert "has been made" in loaded.warnings[0].problem


@pytest.mark.parametrize("name", ["file", "file/below"])
def test_a_directory_that_cannot_be_made_or_read_is_a_warning(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()

    loaded = load_connectors(tmp_path / name, {})

    assert loaded.value == ConnectorCatalog()
    assert "cannot be used" in loaded.warnings[0].problem


def test_only_plain_toml_files_of_the_directory_itself_count(folder: ConnectorFolder) -> None:
    folder.write("real.toml", SINK)
    for name in ["x.TOML", "x.toml.bak", ".hidden.toml", "Cargo.toml", "cargo.TOML", "CARGO.toml"]:
        folder.write(name, "not read")
    (folder.path / "folder.toml").mkdir()
    (folder.path / "below").mkdir()
    (folder.path / "below" / "x.toml").write_text("not read")
    (folder.path / "dangling.toml").symlink_to("nowhere")

    assert folder.sink().key == "stdout"


def test_a_link_to_a_file_counts(folder: ConnectorFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(SINK)
    (folder.path / "link.toml").symlink_to(tmp_path / "elsewhere")

    assert folder.sink().key == "stdout"


def test_the_order_is_that_of_the_file_names(folder: ConnectorFolder) -> None:
    for name in ["c", "a", "b"]:
        folder.write(f"{name}.toml", SINK, ('"stdout"', json.dumps(f"key-{name}")))

    keys = [one.key for one in folder.load().value.connectors]

    assert keys == ["key-a", "key-b", "key-c"]
