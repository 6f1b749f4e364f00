"""Walks a segment file on start, batch by batch, to learn what it holds.

A batch that was being written when the process died ends early, and only the last one can: such
a torn tail was never acknowledged and is cut off. Anything else that does not fit is damage, and
then nothing is touched.
"""

import mmap
import os

from broker.errors import DataDirectoryDamagedError
from broker.storage.segment import Segment
from broker.wire.batch import (
    BATCH_HEADER_BYTES,
    BadBatchError,
    BatchHeader,
    frames_end,
    read_header,
)


def recover(segment: Segment, *, partition_id: int, is_last: bool) -> int:
    """Fill an empty `segment` from its file and return how many torn bytes were cut off."""
    size = segment.path.stat().st_size
    if size == 0:
        return 0
    with segment.path.open("r+b") as file:
        with (
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped,
            memoryview(mapped) as view,
        ):
            _walk(segment, view, partition_id, is_last=is_last)
        torn = size - segment.size_bytes
        if torn:
            os.ftruncate(file.fileno(), segment.size_bytes)
    return torn


def _walk(segment: Segment, view: memoryview, partition_id: int, *, is_last: bool) -> None:
    while segment.size_bytes < len(view):
        at = segment.size_bytes
        try:
            header = _whole_batch(view, at)
            is_torn = header is None and is_last and _ends_early(view, at)
        except BadBatchError as error:
            raise DataDirectoryDamagedError(
                segment.path, f"no batch at byte {at}: {error}"
            ) from None
        if is_torn:
            return
        if header is None:
            raise DataDirectoryDamagedError(segment.path, f"the batch at byte {at} is incomplete")
        if header.partition_id != partition_id or header.base_offset != segment.end_offset:
            raise DataDirectoryDamagedError(
                segment.path,
                f"the batch at byte {at} is offset {header.base_offset} of partition "
                f"{header.partition_id}, expected offset {segment.end_offset} of {partition_id}",
            )
        segment.add(header)


def _whole_batch(view: memoryview, at: int) -> BatchHeader | None:
    """Return the header of the batch at `at`, None when the file ends before the batch does."""
    if at + BATCH_HEADER_BYTES > len(view):
        return None
    header = read_header(view, at)
    return header if at + header.size_bytes <= len(view) else None


def _ends_early(view: memoryview, at: int) -> bool:
    """Tell whether the batch at `at` is fine as far as it goes, but the file ends in its middle."""
    with view[at:] as rest:
        if len(rest) < BATCH_HEADER_BYTES:
            return True
        return frames_end(rest, read_header(rest).message_count) is None
