"""The files of the runtime: the state of sources, and which connectors are to run.

Each is replaced as a whole or not at all; what a source keeps in its own is opaque.

One runtime at a time owns a state directory; it holds a lock file for that.
"""

import contextlib
import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import orjson

from actors.intent import Intent
from config.errors import ConnectError

_MODE = 0o600
_INTENTS = "intents.json"


class StateError(ConnectError):
    """A state file cannot be read or written; the text names it and says why."""

    code: ClassVar[str] = "state"


class StateDirectoryError(ConnectError):
    """The state directory cannot be used."""

    code: ClassVar[str] = "state_directory"


class StateDirectoryLockedError(StateDirectoryError):
    """Another runtime uses the state directory."""

    code = "state_directory_locked"


class StateDirectory:
    """Creates the directory where it is missing, and locks it until `close`.

    Raises StateDirectoryError, StateDirectoryLockedError among them. The files are those of the
    reference: `source_{key}.state`, with `/` in a key written as `%2F`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(path / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _MODE)
        except OSError as error:
            raise StateDirectoryError(f"state directory {path}: {error.strerror}") from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(self._lock)
            raise StateDirectoryLockedError(
                f"state directory {path} is in use by another runtime: stop that one, or set"
                " IGGY_CONNECTORS_STATE_PATH to another directory"
            ) from error

    def close(self) -> None:
        """Unlock the directory."""
        os.close(self._lock)

    def load(self, key: str) -> bytes | None:
        """Return the state of a source, None when there is none; an empty file is none too."""
        path = self._file(key)
        try:
            return path.read_bytes() or None
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            raise StateError(f"Failed to load source state: {path}: {_why(error)}") from error

    def save(self, key: str, state: bytes) -> None:
        """Replace the state of a source; returns when it is on disk. Raises StateError."""
        try:
            self._replace(self._file(key), state)
        except StateError as error:
            raise StateError(f"Failed to save source state: {error}") from error

    def load_intents(self) -> dict[str, Intent]:
        """Return what people want of connectors, by kind and key as `sink orders`.

        Raises StateDirectoryError where the file does not say, since a connector that was stopped
        on purpose must not run.
        """
        path = self._path / _INTENTS
        try:
            intents = orjson.loads(path.read_bytes())
            return {str(name): Intent(intent) for name, intent in intents.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError) as error:
            raise StateDirectoryError(
                f"{path} does not say which connectors are stopped or paused: {error}; repair it,"
                " or remove it to let all of them run"
            ) from error

    def save_intents(self, intents: Mapping[str, Intent]) -> None:
        """Replace what people want; returns when it is on disk. Raises StateError."""
        self._replace(self._path / _INTENTS, orjson.dumps(dict(intents)))

    def _replace(self, path: Path, content: bytes) -> None:
        temporary = path.with_name(path.name + ".tmp")
        try:
            _write(temporary, content)
            temporary.replace(path)
            _sync_directory(self._path)
        except (OSError, ValueError) as error:
            with contextlib.suppress(OSError, ValueError):
                temporary.unlink(missing_ok=True)
            raise StateError(f"{path}: {_why(error)}") from error

    def _file(self, key: str) -> Path:
        return self._path / f"source_{key.replace('/', '%2F')}.state"


def _why(error: OSError | ValueError) -> str:
    """Say what is wrong; a ValueError is about a path that no file system takes."""
    return str(error) if isinstance(error, ValueError) else str(error.strerror)


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _MODE)
    with open(descriptor, "wb") as file:  # noqa: PTH123
        # A leftover of a crash keeps the mode it was made with.
        os.fchmod(descriptor, _MODE)
        file.write(content)
        file.flush()
        os.fdatasync(descriptor)


def _sync_directory(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
