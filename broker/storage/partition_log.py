"""The messages of one partition, in segment files of a directory of its own."""

import logging
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from broker.errors import DataDirectoryDamagedError
from broker.storage.open_files import OpenFiles
from broker.storage.recovery import recover
from broker.storage.segment import Segment
from broker.wire.batch import BATCH_HEADER_BYTES, BatchHeader, cut, read_header, stamp

logger = logging.getLogger(__name__)


class Messages(NamedTuple):
    """What a read found: `parts` are batches to be sent one behind the other."""

    parts: list[memoryview | bytes]
    message_count: int
    last_offset: int


class PartitionLog:
    """Appends and reads batches; offsets are dense and start at 0.

    Data is read from disk each time, so that it need not fit in memory; the page cache makes the
    recent part of it fast.
    """

    def __init__(
        self, directory: Path, partition_id: int, *, segment_bytes: int, files: OpenFiles
    ) -> None:
        self._directory = directory
        self._partition_id = partition_id
        self._segment_bytes = segment_bytes
        self._files = files
        self._segments = [Segment.at(directory, 0, files)]

    @property
    def first_offset(self) -> int:
        """The offset of the oldest message that is still there."""
        return self._segments[0].base_offset

    @property
    def end_offset(self) -> int:
        """The offset the next message will get."""
        return self._segments[-1].end_offset

    @property
    def current_offset(self) -> int:
        """The offset of the last message, 0 when there was none yet."""
        return max(self.end_offset - 1, 0)

    @property
    def message_count(self) -> int:
        """How many messages there are."""
        return self.end_offset - self.first_offset

    @property
    def size_bytes(self) -> int:
        """How many bytes the batches take on disk."""
        return sum(segment.size_bytes for segment in self._segments)

    @property
    def segment_count(self) -> int:
        """How many files there are."""
        return len(self._segments)

    def create(self) -> None:
        """Make the directory of a new log."""
        self._directory.mkdir()

    def open(self) -> None:
        """Learn what the files hold; raises DataDirectoryDamagedError."""
        if not self._directory.is_dir():
            raise DataDirectoryDamagedError(self._directory, "the directory is missing")
        paths = sorted(self._directory.glob("*.log"))
        if not paths:
            return
        self._segments = []
        expected: int | None = None
        for path in paths:
            base_offset = int(path.stem) if path.stem.isdigit() else -1
            if base_offset < 0 or expected not in {None, base_offset}:
                raise DataDirectoryDamagedError(path, f"expected the segment of offset {expected}")
            segment = Segment.at(self._directory, base_offset, self._files)
            torn = recover(segment, partition_id=self._partition_id, is_last=path is paths[-1])
            if torn:
                logger.warning(
                    "Cut %d bytes of an unfinished batch off %s; it was never acknowledged",
                    torn,
                    path,
                )
            self._segments.append(segment)
            expected = segment.end_offset

    def append(self, batch: memoryview, message_count: int, now_us: int) -> int:
        """Write a checked batch and return the offset of its first message.

        The batch is stamped in place. Raises OSError when the disk does not take it.
        """
        segment = self._segments[-1]
        if segment.size_bytes and segment.size_bytes + len(batch) > self._segment_bytes:
            segment = self._roll()
        base_offset = segment.end_offset
        timestamp = max(now_us, segment.last_timestamp)
        stamp(batch, self._partition_id, base_offset, timestamp)
        segment.append(
            batch,
            BatchHeader(self._partition_id, base_offset, timestamp, len(batch), message_count),
        )
        return base_offset

    def _roll(self) -> Segment:
        full = self._segments[-1]
        segment = Segment.at(self._directory, full.end_offset, self._files)
        segment.create(full.last_timestamp)
        self._segments.append(segment)
        return segment

    def read(self, offset: int, count: int, size_bytes: int) -> Messages:
        """Read up to `count` messages from `offset` on, about `size_bytes` of them at most.

        At least one message is read where there is one. Offsets that are gone already give the
        oldest that is left.
        """
        offset = max(offset, self.first_offset)
        if offset >= self.end_offset:
            return Messages([], 0, 0)
        segment = self._segment_of(offset)
        start, end = segment.extent(offset, count)
        window = segment.read(start, min(end, start + size_bytes))
        found = _select(window, offset, count, size_bytes)
        if found.message_count == 0:
            # The first message alone is larger than the window.
            position, header = next(
                entry for entry in segment.headers(offset) if entry[1].end_offset > offset
            )
            window = segment.read(position, position + header.size_bytes)
            found = _select(window, offset, count, size_bytes)
        return found

    def _segment_of(self, offset: int) -> Segment:
        if offset >= self._segments[-1].base_offset:
            return self._segments[-1]
        return self._segments[
            bisect_right(self._segments, offset, key=lambda segment: segment.base_offset) - 1
        ]

    def offset_at(self, timestamp: int) -> int:
        """Return the offset of the first message appended at `timestamp` (µs) or later."""
        for segment in self._segments:
            if segment.last_timestamp >= timestamp:
                return segment.offset_at(timestamp)
        return self.end_offset

    @property
    def oldest_timestamp(self) -> int:
        """When the newest message of the oldest segment was appended (µs)."""
        return self._segments[0].last_timestamp

    def headers(self, offset: int) -> Iterator[BatchHeader]:
        """Yield the headers of all batches that begin at `offset` or later."""
        for segment in self._segments:
            if segment.end_offset > offset:
                for _, header in segment.headers(offset):
                    if header.base_offset >= offset:
                        yield header

    def cut_off(self, end_offset: int) -> None:
        """Forget every batch that begins at `end_offset` or later, in the files too."""
        while len(self._segments) > 1 and self._segments[-1].base_offset >= end_offset:
            self._segments.pop().delete()
        self._segments[-1].cut_off(end_offset)

    def drop_before(self, timestamp: int) -> None:
        """Remove the segments of which every message was appended before `timestamp` (µs)."""
        newest = self._segments[-1]
        if newest.size_bytes and newest.last_timestamp < timestamp:
            self._roll()
        while len(self._segments) > 1 and self.oldest_timestamp < timestamp:
            self.drop_oldest(1)

    def drop_oldest(self, segments: int) -> None:
        """Remove the messages of the oldest segments, never those of the newest one."""
        count = min(segments, len(self._segments) - 1)
        for segment in self._segments[:count]:
            segment.delete()
        del self._segments[:count]

    def delete(self) -> None:
        """Remove the files and the directory."""
        for segment in self._segments:
            segment.delete()
        self._directory.rmdir()


def _select(window: memoryview, offset: int, count: int, size_bytes: int) -> Messages:
    """Pick `count` messages from `offset` on out of batches that may begin before and end behind.

    Batches that are wanted as a whole stay one piece; only those at the edges are copied.
    """
    parts: list[memoryview | bytes] = []
    wanted_end = offset + count
    next_offset = offset
    at = run = 0
    while at + BATCH_HEADER_BYTES <= len(window) and next_offset < wanted_end:
        header = read_header(window, at)
        end = at + header.size_bytes
        if header.end_offset <= next_offset:
            run = end
        elif (
            next_offset == header.base_offset
            and header.end_offset <= wanted_end
            and end <= len(window)
        ):
            next_offset = header.end_offset
        else:
            if run < at:
                parts.append(window[run:at])
            run = end
            copy, taken = cut(
                window[at:end],
                skip=next_offset - header.base_offset,
                take=wanted_end - next_offset,
                size_bytes=size_bytes,
            )
            if taken:
                parts.append(copy)
                next_offset += taken
            if next_offset < header.end_offset:
                break
        at = end
    if run < at:
        parts.append(window[run:at])
    return Messages(parts, next_offset - offset, next_offset - 1)
