"""Messages that nobody sent: as much of the SDK's as the accounting of partitions looks at."""

from collections.abc import Iterable
from typing import cast

from apache_iggy import ReceiveMessage

from actors.iggy.polled import Polled


class Received:
    """A message at an offset, of a size."""

    def __init__(self, offset: int, size_bytes: int) -> None:
        self._offset = offset
        self._size_bytes = size_bytes

    def offset(self) -> int:
        return self._offset

    def length(self) -> int:
        return self._size_bytes


def received(offsets: Iterable[int], *, size_bytes: int = 100) -> list[ReceiveMessage]:
    """Return messages at these offsets."""
    return [cast("ReceiveMessage", Received(offset, size_bytes)) for offset in offsets]


def polled(offsets: Iterable[int]) -> Polled:
    """Return what a poll would have brought."""
    messages = received(offsets)
    return Polled(messages=messages, current_offset=messages[-1].offset())
