"""The files that hold the state of sources: opaque bytes, replaced as a whole or not at all.

One runtime at a time owns a state directory; it holds a lock file for that.
"""

import contextlib
import fcntl
import os
from pathlib import Path
from typing import ClassVar

from config.errors import ConnectError

_MODE = 0o600


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
        except OSError as error:
            raise StateError(f"Failed to load source state: {path}: {error.strerror}") from error

    def save(self, key: str, state: bytes) -> None:
        """Replace the state of a source; returns when it is on disk. Raises StateError."""
        path = self._file(key)
        temporary = path.with_name(path.name + ".tmp")
        try:
            _write(temporary, state)
            temporary.replace(path)
            _sync_directory(self._path)
        except OSError as error:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise StateError(f"Failed to save source state: {path}: {error.strerror}") from error

    def _file(self, key: str) -> Path:
        return self._path / f"source_{key.replace('/', '%2F')}.state"


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
