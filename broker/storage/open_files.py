"""Keeps a bounded number of files open, so that many partitions do not exhaust descriptors."""

import os
from collections import OrderedDict
from pathlib import Path


class OpenFiles:
    """Descriptors by path, opened when asked for; the longest unused is closed for a new one."""

    def __init__(self, limit: int = 128) -> None:
        self._limit = limit
        self._descriptors: OrderedDict[Path, int] = OrderedDict()

    def descriptor(self, path: Path) -> int:
        """Return a descriptor for reading and writing, creating the file when it is missing.

        It is good until the next call.
        """
        descriptor = self._descriptors.get(path)
        if descriptor is not None:
            self._descriptors.move_to_end(path)
            return descriptor
        if len(self._descriptors) >= self._limit:
            os.close(self._descriptors.popitem(last=False)[1])
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._descriptors[path] = descriptor
        return descriptor

    def close(self, path: Path) -> None:
        """Close the file if it is open."""
        descriptor = self._descriptors.pop(path, None)
        if descriptor is not None:
            os.close(descriptor)

    def close_all(self) -> None:
        """Close every file."""
        while self._descriptors:
            os.close(self._descriptors.popitem()[1])
