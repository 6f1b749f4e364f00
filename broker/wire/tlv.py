"""Typed key-value blocks: repeated halves of `u8 kind, u32 length, bytes`, without a count."""

from dataclasses import dataclass
from enum import IntEnum

from broker.wire.reader import Reader
from broker.wire.status import RefusedError, Status
from broker.wire.writer import bytes32


class Kind(IntEnum):
    """The kinds of a half that options use; messages have more, which the broker never opens."""

    STRING = 2
    BOOL = 3
    U8 = 9
    U16 = 10
    U32 = 11
    U64 = 12


_NUMBER_BYTES = {Kind.U8: 1, Kind.U16: 2, Kind.U32: 4, Kind.U64: 8}


@dataclass(frozen=True, slots=True)
class Value:
    """The value half of an option, as it travels."""

    kind: int
    data: bytes

    @classmethod
    def number(cls, kind: Kind, value: int) -> "Value":
        """Write a number in the width of `kind`."""
        return cls(kind, value.to_bytes(_NUMBER_BYTES[kind], "little"))

    def as_number(self) -> int | None:
        """Read an unsigned number, also one written as decimal text; None when it is none."""
        if self.kind == Kind.STRING:
            return int(self.data) if self.data.isdigit() and len(self.data) <= 20 else None
        if any(self.kind == kind and len(self.data) == n for kind, n in _NUMBER_BYTES.items()):
            return int.from_bytes(self.data, "little")
        return None

    def as_flag(self) -> bool | None:
        """Read a truth value, also one written as text; None when it is none."""
        if self.kind == Kind.STRING:
            return {b"true": True, b"false": False}.get(self.data)
        if self.kind == Kind.BOOL and self.data in {b"\0", b"\1"}:
            return self.data == b"\1"
        return None

    def as_text(self) -> str | None:
        """Read a text; None when it is none."""
        if self.kind != Kind.STRING:
            return None
        try:
            return self.data.decode()
        except UnicodeDecodeError:
            return None


def read_options(view: memoryview) -> dict[str, Value]:
    """Read a whole options block; keys are texts and come once."""
    reader = Reader(view)
    options: dict[str, Value] = {}
    position = 0
    while position < len(view):
        key = Value(*_half(reader))
        value = Value(*_half(reader))
        position += 10 + len(key.data) + len(value.data)
        name = key.as_text()
        if name is None or name in options:
            raise RefusedError(Status.INVALID_FORMAT)
        options[name] = value
    return options


def write_options(options: dict[str, Value]) -> bytes:
    """Write an options block, without a length in front of it."""
    return b"".join(
        bytes((Kind.STRING,)) + bytes32(name.encode()) + bytes((value.kind,)) + bytes32(value.data)
        for name, value in options.items()
    )


def _half(reader: Reader) -> tuple[int, bytes]:
    kind, data = reader.u8(), reader.long_bytes()
    if not 1 <= len(data) <= 255:
        raise RefusedError(Status.INVALID_FORMAT)
    return kind, data
