"""`.env` files."""

import os
from pathlib import Path

from config import load_environment


def test_an_env_file_adds_and_never_overrides(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('A=from file\nexport B="quoted # text"\nC=new # comment\n')
    environ = {"A": "before", "B": ""}

    merged = load_environment(environ, cwd=tmp_path)

    assert merged.value == {"A": "before", "B": "", "C": "new"}
    assert environ == {"A": "before", "B": ""}
    assert "C" not in os.environ
    assert merged.warnings == ()


def test_an_env_file_is_looked_for_in_the_folders_above(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=above\n")
    cwd = tmp_path / "a" / "b"
    cwd.mkdir(parents=True)

    assert load_environment({}, cwd=cwd).value == {"A": "above"}


def test_a_named_env_file_is_read_instead(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=not read\n")
    (tmp_path / "other").write_text("B=read\n")
    environ = {"IGGY_CONNECTORS_ENV_PATH": "other"}

    assert load_environment(environ, cwd=tmp_path).value == {**environ, "B": "read"}


def test_a_named_env_file_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    environ = {"IGGY_CONNECTORS_ENV_PATH": "gone"}

    loaded = load_environment(environ, cwd=tmp_path)

    assert loaded.value == environ
    (warning,) = loaded.warnings
    assert warning.source == str(tmp_path / "gone")
    assert "cannot be read" in warning.problem


def test_an_env_file_that_is_not_utf_8_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff\n")

    loaded = load_environment({}, cwd=tmp_path)

    assert loaded.value == {}
    assert "not UTF-8" in loaded.warnings[0].problem


def test_a_line_that_cannot_be_read_is_a_warning_with_its_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\n\n\nSECRET='hunter2\nB=2\nNOTHING\n")

    loaded = load_environment({}, cwd=tmp_path)

    assert loaded.value == {"A": "1", "B": "2"}
    (warning,) = loaded.warnings
    assert warning.line == 4
    assert "hunter2" not in str(warning)


def test_variables_in_values_are_replaced(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=${HOME}/a\nB=${A}/b\nC=${NONE:-default}\nD=$HOME\n")

    merged = load_environment({"HOME": "/home/me"}, cwd=tmp_path).value

    assert merged == {
        "HOME": "/home/me",
        "A": "/home/me/a",
        "B": "/home/me/a/b",
        "C": "default",
        "D": "$HOME",
    }


def test_without_an_env_file_the_environment_is_as_it_was(tmp_path: Path) -> None:
    loaded = load_environment({"A": "1"}, cwd=tmp_path)

    assert loaded.value == {"A": "1"}
    assert loaded.warnings == ()
