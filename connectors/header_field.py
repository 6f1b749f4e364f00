"""User headers with their types, which plain Python values do not keep: int8 5 and uint64 5.

Known by the names of the SDK's classes and not by import, so that a plugin's process has no SDK.
"""

import struct
from collections.abc import Sequence
from contextlib import suppress
from enum import IntEnum
from operator import methodcaller
from typing import NamedTuple, TypeAlias

from connectors.message import ReceivedMessage
from connectors.produced import HeaderValue


class HeaderKind(IntEnum):
    """The types that Iggy knows, by their place in the reference's enumeration."""

    RAW = 0
    STRING = 1
    BOOL = 2
    INT8 = 3
    INT16 = 4
    INT32 = 5
    INT64 = 6
    INT128 = 7
    UINT8 = 8
    UINT16 = 9
    UINT32 = 10
    UINT64 = 11
    UINT128 = 12
    FLOAT32 = 13
    FLOAT64 = 14


_FLOATS = {HeaderKind.FLOAT32: "<f", HeaderKind.FLOAT64: "<d"}
_SIGNED = range(HeaderKind.INT8, HeaderKind.INT128 + 1)
_SDK_NAMES = {
    name: kind
    for kind in HeaderKind
    for name in (kind.name.capitalize(), kind.name.capitalize().replace("Uint", "UnsignedInt"))
}
_PLAIN_KINDS: dict[type, HeaderKind] = {
    bytes: HeaderKind.RAW,
    str: HeaderKind.STRING,
    bool: HeaderKind.BOOL,
    int: HeaderKind.INT128,
    float: HeaderKind.FLOAT64,
}


class HeaderField(NamedTuple):
    """A key or a value; `data` is what Iggy stores: numbers are little-endian."""

    kind: HeaderKind
    data: bytes

    @property
    def value(self) -> HeaderValue:
        """The plain value. Raises ValueError where `data` is none of that kind."""
        if self.kind is HeaderKind.RAW:
            return self.data
        if self.kind is HeaderKind.STRING:
            return self.data.decode()
        if len(self.data) != _size_bytes(self.kind):
            raise ValueError(f"{len(self.data)} bytes are no {self.kind.name.lower()}")
        if self.kind in _FLOATS:
            number: float = struct.unpack(_FLOATS[self.kind], self.data)[0]
            return number
        whole = int.from_bytes(self.data, "little", signed=self.kind in _SIGNED)
        return bool(whole) if self.kind is HeaderKind.BOOL else whole


# The pairs of one message, in the order of the keys; empty where it has none.
TypedHeaders: TypeAlias = tuple[tuple[HeaderField, HeaderField], ...]


def typed_headers(messages: Sequence[ReceivedMessage]) -> list[TypedHeaders]:
    """Return the headers of each message with their types.

    Headers that cannot be read count as none, as in the reference.
    """
    with suppress(ValueError):
        if not any(map(methodcaller("user_headers"), messages)):
            return [()] * len(messages)
    return [_typed_headers(message) for message in messages]


class ReadHeaders(dict[HeaderField, HeaderField]):
    """Typed headers as the SDK hands them out: a mapping that can also be had as plain values."""

    def to_scalar_dict(self) -> dict[HeaderValue, HeaderValue]:
        """Return plain keys and values. Raises ValueError where keys fall together."""
        plain = {key.value: value.value for key, value in self.items()}
        if len(plain) != len(self):
            raise ValueError("keys of different types fall together")
        return plain


def _typed_headers(message: ReceivedMessage) -> TypedHeaders:
    try:
        headers = message.user_headers() or {}
        return tuple(sorted((_field(key), _field(value)) for key, value in headers.items()))
    except (ValueError, OverflowError, struct.error):
        return ()


def _field(typed: object) -> HeaderField:
    if isinstance(typed, HeaderField):
        return typed
    kind = _SDK_NAMES.get(type(typed).__name__)
    value = typed
    if kind is None:
        kind = _PLAIN_KINDS.get(type(typed))
    else:
        value = typed.value  # type: ignore[attr-defined]
    if kind is None:
        raise ValueError(f"a {type(typed).__name__} is no header")
    return HeaderField(kind, _data(kind, value))


def _data(kind: HeaderKind, value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if kind in _FLOATS:
        return struct.pack(_FLOATS[kind], value)
    if not isinstance(value, int):
        raise ValueError(f"a {type(value).__name__} is no header")  # noqa: TRY004, as the SDK
    return value.to_bytes(_size_bytes(kind), "little", signed=kind in _SIGNED)


def _size_bytes(kind: HeaderKind) -> int:
    if kind is HeaderKind.BOOL:
        return 1
    if kind in _FLOATS:
        return struct.calcsize(_FLOATS[kind])
    return 1 << (kind - (HeaderKind.INT8 if kind in _SIGNED else HeaderKind.UINT8))
