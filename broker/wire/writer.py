"""Writes the primitives of reply bodies; each function returns the bytes of one value."""

import struct

_U32 = struct.Struct("<I")
_U64 = struct.Struct("<Q")


def u32(value: int) -> bytes:
    """Write a 32-bit number."""
    return _U32.pack(value)


def u64(value: int) -> bytes:
    """Write a 64-bit number."""
    return _U64.pack(value)


def name(text: str) -> bytes:
    """Write a text of 1 to 255 UTF-8 bytes with a one-byte length."""
    encoded = text.encode()
    return bytes((len(encoded),)) + encoded


def text32(text: str) -> bytes:
    """Write a text with a four-byte length."""
    return bytes32(text.encode())


def bytes32(value: bytes) -> bytes:
    """Write bytes with a four-byte length."""
    return _U32.pack(len(value)) + value
