"""State files on a real file system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from actors.intent import Intent
from actors.state_directory import (
    StateDirectory,
    StateDirectoryError,
    StateDirectoryLockedError,
    StateError,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "state"


@pytest.fixture
def directory(path: Path) -> Iterator[StateDirectory]:
    directory = StateDirectory(path)
    yield directory
    directory.close()


def test_there_is_no_state_before_the_first(directory: StateDirectory) -> None:
    assert directory.load("random") is None


def test_a_state_is_loaded_as_it_was_saved(directory: StateDirectory) -> None:
    directory.save("random", b"\0\xff one, and longer")
    directory.save("random", b"\0\xff two")
    assert directory.load("random") == b"\0\xff two"


def test_the_file_is_that_of_the_reference_and_nobody_else_may_read_it(
    directory: StateDirectory, path: Path
) -> None:
    directory.save("random", b"state")
    file = path / "source_random.state"
    assert file.read_bytes() == b"state"
    assert file.stat().st_mode & 0o777 == 0o600


def test_an_empty_state_is_none(directory: StateDirectory) -> None:
    directory.save("random", b"state")
    directory.save("random", b"")
    assert directory.load("random") is None


def test_a_key_with_a_slash_stays_inside(directory: StateDirectory, path: Path) -> None:
    directory.save("../team/random", b"state")
    assert (path / "source_..%2Fteam%2Frandom.state").read_bytes() == b"state"
    assert directory.load("../team/random") == b"state"
    assert directory.load("random") is None


def test_a_leftover_of_a_crash_is_ignored(directory: StateDirectory, path: Path) -> None:
    directory.save("random", b"whole")
    leftover = path / "source_random.state.tmp"
    leftover.write_bytes(b"half, and much longer than what comes next")
    leftover.chmod(0o644)
    assert directory.load("random") == b"whole"
    directory.save("random", b"next")
    assert directory.load("random") == b"next"
    assert (path / "source_random.state").stat().st_mode & 0o777 == 0o600
    assert not leftover.exists()


def test_a_new_state_replaces_the_file_and_never_writes_into_it(
    directory: StateDirectory, path: Path
) -> None:
    directory.save("random", b"before")
    with (path / "source_random.state").open("rb") as reader:
        directory.save("random", b"after")
        assert reader.read() == b"before"
    assert directory.load("random") == b"after"


def test_a_state_that_cannot_be_put_in_place_is_an_error_and_leaves_the_old_one(
    directory: StateDirectory, path: Path
) -> None:
    (path / "source_random.state").mkdir()
    with pytest.raises(StateError, match=r"Failed to save source state: .*source_random\.state"):
        directory.save("random", b"state")
    assert sorted(file.name for file in path.iterdir()) == [".lock", "source_random.state"]


def test_a_state_that_cannot_be_read_is_an_error(directory: StateDirectory, path: Path) -> None:
    (path / "source_random.state").mkdir()
    with pytest.raises(StateError, match=r"Failed to load source state: .*: Is a directory"):
        directory.load("random")


def test_a_key_too_long_for_a_file_is_an_error(directory: StateDirectory) -> None:
    with pytest.raises(StateError, match="File name too long"):
        directory.save("k" * 300, b"state")
    with pytest.raises(StateError, match="File name too long"):
        directory.load("k" * 300)


@pytest.mark.parametrize("key", ["a\0b", "\ud800"])
def test_a_key_that_no_file_can_bear_is_an_error(directory: StateDirectory, key: str) -> None:
    with pytest.raises(StateError):
        directory.load(key)
    with pytest.raises(StateError):
        directory.save(key, b"state")


def test_a_directory_that_vanished_is_not_made_again(directory: StateDirectory, path: Path) -> None:
    (path / ".lock").unlink()
    path.rmdir()
    with pytest.raises(StateError, match="No such file"):
        directory.save("random", b"state")


@pytest.mark.usefixtures("directory")
def test_a_second_runtime_is_refused(path: Path) -> None:
    with pytest.raises(StateDirectoryLockedError, match="IGGY_CONNECTORS_STATE_PATH"):
        StateDirectory(path)


def test_a_closed_directory_is_free_again(path: Path) -> None:
    StateDirectory(path).close()
    StateDirectory(path).close()


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateDirectoryError, match=r"state directory .*file/state: Not a directory"):
        StateDirectory(tmp_path / "file" / "state")


def test_what_people_want_outlives_the_directory(path: Path) -> None:
    first = StateDirectory(path)
    assert first.load_intents() == {}
    wanted = {"sink orders": Intent.PAUSE, "source a/b": Intent.STOP}
    first.save_intents(wanted)
    first.close()
    second = StateDirectory(path)
    assert second.load_intents() == wanted
    second.close()
    assert (path / "intents.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'{"sink orders": "rest"}'])
def test_intents_that_cannot_be_read_are_an_error_that_names_the_file(
    directory: StateDirectory, path: Path, content: bytes
) -> None:
    (path / "intents.json").write_bytes(content)
    with pytest.raises(StateDirectoryError, match=r"intents\.json does not say"):
        directory.load_intents()
