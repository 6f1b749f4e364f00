"""The data directory: whose it is, and where things are in it."""

import fcntl
import os
from pathlib import Path

from broker.errors import DataDirectoryDamagedError, DataDirectoryError, DataDirectoryLockedError

_LOCK, _CATALOG, _LOGS = "broker.lock", "catalog.sqlite", "logs"


class DataDirectory:
    """A directory that belongs to this process until it ends, however it ends.

    The lock is the kernel's (flock), so that a killed process leaves none behind.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.catalog = path / _CATALOG
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = self._acquire()
            try:
                self._check()
                (path / _LOGS).mkdir(exist_ok=True)
            except BaseException:
                self.release()
                raise
        except OSError as error:
            raise DataDirectoryError(
                f"data directory {path}: {error.strerror}; choose another with IGGY_SYSTEM_PATH"
            ) from None

    def _acquire(self) -> int:
        foreign = not (self.path / _LOCK).exists() and any(self.path.iterdir())
        if foreign:
            raise DataDirectoryDamagedError(
                self.path, "is not empty and was not made by this broker"
            )
        lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise DataDirectoryLockedError(self.path) from None
        return lock

    def _check(self) -> None:
        if not self.catalog.exists() and any(self.path.glob(f"{_LOGS}/*")):
            raise DataDirectoryDamagedError(self.catalog, "is missing beside the logs")

    def log(self, log_id: int) -> Path:
        """Where the segments of a log are."""
        return self.path / _LOGS / str(log_id)

    def logs(self) -> list[Path]:
        """Return the directories of all logs."""
        return list((self.path / _LOGS).iterdir())

    def release(self) -> None:
        """Let another broker work here."""
        os.close(self._lock)
