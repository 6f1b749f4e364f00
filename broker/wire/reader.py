"""Reads the primitives of request bodies; whatever does not fit is a refusal."""

import struct
from dataclasses import dataclass

from broker.wire.status import RefusedError, Status

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")

_NUMERIC, _NAMED = 1, 2


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who polls or stores: one consumer, or a group as a whole."""

    is_group: bool
    identifier: int | str


class Reader:
    """A cursor over a body. Every method takes its value from the front of what is left."""

    __slots__ = ("_at", "_view")

    def __init__(self, view: memoryview) -> None:
        self._view = view
        self._at = 0

    def take(self, size_bytes: int) -> memoryview:
        """Take so many raw bytes."""
        start, end = self._at, self._at + size_bytes
        if end > len(self._view):
            raise RefusedError(Status.INVALID_COMMAND)
        self._at = end
        return self._view[start:end]

    def u8(self) -> int:
        """Take one byte."""
        return self.take(1)[0]

    def u32(self) -> int:
        """Take a 32-bit number."""
        value: int = _U32.unpack(self.take(4))[0]
        return value

    def u64(self) -> int:
        """Take a 64-bit number."""
        value: int = _U64.unpack(self.take(8))[0]
        return value

    def flag(self) -> bool:
        """Take a byte that is 0 or 1."""
        value = self.u8()
        if value > 1:
            raise RefusedError(Status.INVALID_COMMAND)
        return value == 1

    def short_bytes(self) -> bytes:
        """Take bytes with a one-byte length; empty is not allowed."""
        size = self.u8()
        if size == 0:
            raise RefusedError(Status.INVALID_COMMAND)
        return bytes(self.take(size))

    def name(self) -> str:
        """Take a UTF-8 text of 1 to 255 bytes."""
        return _text(self.short_bytes())

    def long_bytes(self) -> bytes:
        """Take bytes with a four-byte length, which may be 0."""
        return bytes(self.take(self.u32()))

    def identifier(self) -> int | str:
        """Take the number or the name of a stream, topic, group, user or consumer."""
        kind = self.u8()
        value = self.short_bytes()
        if kind == _NUMERIC and len(value) == 4:
            return int.from_bytes(value, "little")
        if kind == _NAMED:
            return _text(value)
        raise RefusedError(Status.INVALID_COMMAND)

    def consumer(self) -> Consumer:
        """Take a consumer."""
        kind = self.u8()
        if kind not in {1, 2}:
            raise RefusedError(Status.INVALID_COMMAND)
        return Consumer(kind == 2, self.identifier())

    def optional_partition(self) -> int | None:
        """Take a partition id that may be absent; it has five bytes either way."""
        present, value = self.flag(), self.u32()
        return value if present else None

    def rest(self) -> memoryview:
        """Take everything that is left."""
        return self.take(len(self._view) - self._at)

    def end(self) -> None:
        """Refuse a body that goes on behind its last field."""
        if self._at != len(self._view):
            raise RefusedError(Status.INVALID_COMMAND)


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise RefusedError(Status.INVALID_COMMAND) from None
