"""Makes frames of the bytes of one connection, without knowing sockets.

All connections receive into one shared buffer, so that an idle one costs next to nothing. A frame
that is not there as a whole gets memory of its own, out of a budget of all connections; when that
is used up, its body is dropped as it comes, so that the frame can still be answered.
"""

from typing import NamedTuple

from broker.budget import Budget
from broker.wire import legacy
from broker.wire.header import HEADER_BYTES, NotAFrameError, frame_size

_NOTHING = memoryview(b"")


class Frame(NamedTuple):
    """A frame to be answered; without its body when there was no memory for it."""

    data: memoryview
    is_whole: bool = True


class Intake:
    """Fill `buffer()`, say how much was `received`, take every `next` frame, then `keep` the rest.

    A frame is valid until the next call.
    """

    def __init__(self, receive_buffer: memoryview, budget: Budget) -> None:
        self.is_legacy: bool | None = None
        self._receive_buffer = receive_buffer
        self._budget = budget
        self._data = _NOTHING
        self._kept = b""
        self._frame: memoryview | None = None
        self._filled = 0
        self._dropping = 0
        self._dropped_header = b""
        self._taken_bytes = 0

    @property
    def is_in_a_frame(self) -> bool:
        """Tell whether something came that is not a whole frame yet, or could not be taken."""
        return self._frame is not None or bool(self._dropping or self._kept)

    @property
    def has_kept(self) -> bool:
        """Tell whether received bytes wait to be looked at."""
        return bool(self._kept)

    def buffer(self) -> memoryview:
        """Say where the next bytes go."""
        if self._frame is not None:
            return self._frame[self._filled :]
        kept = len(self._kept)
        self._receive_buffer[:kept] = self._kept
        return self._receive_buffer[kept:]

    def received(self, size_bytes: int) -> None:
        """Take note of so many bytes in the buffer."""
        if self._frame is not None:
            self._filled += size_bytes
        else:
            self._data = self._receive_buffer[: len(self._kept) + size_bytes]
            self._kept = b""

    def resume(self) -> None:
        """Look at what was kept, without new bytes."""
        self._data = memoryview(self._kept)
        self._kept = b""

    def next(self, limit_bytes: int) -> Frame | None:
        """Return the next frame of at most so many bytes; None until more bytes come.

        Raises NotAFrameError for what no client sends.
        """
        if self._frame is not None:
            if self._filled < len(self._frame):
                return None
            frame, self._frame = self._frame, None
            return Frame(frame)
        if self._dropping:
            return self._drop()
        size = self._next_size(limit_bytes)
        if size is None:
            return None
        if size <= len(self._data):
            frame, self._data = self._data[:size], self._data[size:]
            return Frame(frame)
        return self._begin(size)

    def keep(self) -> None:
        """Save what was not looked at, because the shared buffer goes to another connection.

        Raises NotAFrameError when a client sends ahead and there is no memory for that.
        """
        if self._frame is not None:
            return
        self._give_back()
        if len(self._data) >= HEADER_BYTES and not self._take(len(self._data)):
            raise NotAFrameError("sent ahead of the replies")
        self._kept, self._data = bytes(self._data), _NOTHING

    def close(self) -> None:
        """Give all memory back."""
        self._frame, self._kept = None, b""
        self._give_back()

    def _next_size(self, limit_bytes: int) -> int | None:
        if self.is_legacy is None and len(self._data) >= legacy.LENGTH_BYTES:
            self.is_legacy = any(self._data[: legacy.LENGTH_BYTES])
        if self.is_legacy:
            return legacy.frame_size(self._data) if len(self._data) >= 4 else None
        if len(self._data) < HEADER_BYTES:
            return None
        size = frame_size(self._data)
        if size > limit_bytes:
            raise NotAFrameError(f"a frame of {size} bytes, allowed are {limit_bytes}")
        return size

    def _begin(self, size: int) -> Frame | None:
        """Go on with a frame of which only the beginning is there."""
        data = self._data
        if self.is_legacy:
            return None
        self._data = _NOTHING
        if self._take(size):
            self._frame = memoryview(bytearray(size))
            self._frame[: len(data)] = data
            self._filled = len(data)
        else:
            self._dropped_header = bytes(data[:HEADER_BYTES])
            self._dropping = size - len(data)
        return None

    def _drop(self) -> Frame | None:
        dropped = min(self._dropping, len(self._data))
        self._dropping -= dropped
        self._data = self._data[dropped:]
        return None if self._dropping else Frame(memoryview(self._dropped_header), is_whole=False)

    def _take(self, size_bytes: int) -> bool:
        if not self._budget.take(size_bytes):
            return False
        self._taken_bytes += size_bytes
        return True

    def _give_back(self) -> None:
        self._budget.give_back(self._taken_bytes)
        self._taken_bytes = 0
