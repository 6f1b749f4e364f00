"""One file of a partition: batches back to back, as they came, and an index of them in memory."""

import os
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from pathlib import Path

from broker.storage.open_files import OpenFiles
from broker.wire.batch import BATCH_HEADER_BYTES, BatchHeader, read_header

_INDEX_EVERY_BYTES = 16 * 1024
_SCAN_BYTES = 64 * 1024


class Segment:
    """The messages from `base_offset` up to `end_offset`; only the newest segment grows.

    The index has one entry for every 16 KiB or more, so that it stays small beside the data;
    what lies between two entries is found by hopping over batch headers.
    """

    def __init__(self, path: Path, base_offset: int, files: OpenFiles) -> None:
        self.path = path
        self.base_offset = base_offset
        self.end_offset = base_offset
        self.size_bytes = 0
        self.last_timestamp = 0
        self._files = files
        self._offsets = array("Q")
        self._positions = array("Q")
        self._timestamps = array("Q")

    @classmethod
    def at(cls, directory: Path, base_offset: int, files: OpenFiles) -> "Segment":
        """Name the segment that begins at `base_offset`."""
        return cls(directory / f"{base_offset:020}.log", base_offset, files)

    def create(self, last_timestamp: int) -> None:
        """Make an empty file: its name keeps the offset, even when all before it is removed."""
        self._files.descriptor(self.path)
        self.last_timestamp = last_timestamp

    def append(self, batch: memoryview, header: BatchHeader) -> None:
        """Write a stamped batch behind the last one; it is in the page cache on return.

        Raises OSError when the disk does not take it; then the file is as before.
        """
        descriptor = self._files.descriptor(self.path)
        try:
            self._write(descriptor, batch)
        except OSError:
            os.ftruncate(descriptor, self.size_bytes)
            raise
        self.add(header)

    def _write(self, descriptor: int, batch: memoryview) -> None:
        position = self.size_bytes
        while batch:
            written = os.pwrite(descriptor, batch, position)
            batch, position = batch[written:], position + written

    def add(self, header: BatchHeader) -> None:
        """Take note of a batch that stands at the end of the file."""
        if not self._positions or self.size_bytes - self._positions[-1] >= _INDEX_EVERY_BYTES:
            self._offsets.append(header.base_offset)
            self._positions.append(self.size_bytes)
            self._timestamps.append(header.base_timestamp)
        self.size_bytes += header.size_bytes
        self.end_offset = header.end_offset
        self.last_timestamp = header.base_timestamp

    def extent(self, offset: int, count: int) -> tuple[int, int]:
        """Return the file positions between which `count` messages from `offset` stand.

        The first is at or before the batch with `offset`, the second at or behind the last one.
        """
        start = self._positions[max(bisect_right(self._offsets, offset) - 1, 0)]
        behind = bisect_left(self._offsets, offset + count)
        end = self._positions[behind] if behind < len(self._positions) else self.size_bytes
        return start, end

    def read(self, start: int, end: int) -> memoryview:
        """Read the bytes between two file positions."""
        data = os.pread(self._files.descriptor(self.path), end - start, start)
        if len(data) != end - start:
            raise OSError(f"{self.path} is shorter than it was")
        return memoryview(data)

    def headers(self, offset: int) -> Iterator[tuple[int, BatchHeader]]:
        """Yield position and header of every batch from the one before `offset` on."""
        if self.size_bytes == 0:
            return
        position = self.extent(offset, 1)[0]
        while position < self.size_bytes:
            window = self.read(position, min(position + _SCAN_BYTES, self.size_bytes))
            at = 0
            while at + BATCH_HEADER_BYTES <= len(window):
                header = read_header(window, at)
                yield position + at, header
                at += header.size_bytes
            position += at

    def offset_at(self, timestamp: int) -> int:
        """Return the offset of the first message appended at `timestamp` (µs) or later."""
        entry = max(bisect_left(self._timestamps, timestamp) - 1, 0)
        start = self._offsets[entry] if self._offsets else self.base_offset
        for _, header in self.headers(start):
            if header.base_timestamp >= timestamp:
                return header.base_offset
        return self.end_offset

    def cut_off(self, end_offset: int) -> None:
        """Forget every batch that begins at `end_offset` or later, in the file too."""
        for position, header in self.headers(end_offset):
            if header.base_offset >= end_offset:
                self._cut_off_at(position, header.base_offset)
                return

    def _cut_off_at(self, position: int, end_offset: int) -> None:
        os.ftruncate(self._files.descriptor(self.path), position)
        self.size_bytes, self.end_offset = position, end_offset
        while self._positions and self._positions[-1] >= position:
            self._positions.pop()
            self._offsets.pop()
            self._timestamps.pop()

    def delete(self) -> None:
        """Remove the file."""
        self._files.close(self.path)
        self.path.unlink(missing_ok=True)
