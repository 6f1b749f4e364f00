"""How streams, topics and groups are named in a request. Pure, used in the Iggy loop's thread."""

import re
import struct
from typing import Final

_BY_NUMBER, _BY_NAME = 1, 2
_MAX_NUMBER: Final = 2**32 - 1
_MAX_NAME_BYTES: Final = 255
_NUMBER: Final = re.compile(r"\+?[0-9]+")


def numeric_id(name: str) -> int | None:
    """Return the id that `name` stands for, None where it is a name: digits alone are an id.

    Does as the SDK does, which allows a `+` and zeros in front, and takes what is beyond 32 bits
    for a name.
    """
    number = int(name) if _NUMBER.fullmatch(name) and len(name) <= _MAX_NAME_BYTES else None
    return number if number is not None and number <= _MAX_NUMBER else None


def encode_identifier(name: str) -> bytes:
    """Write an id or a name; raises ValueError for a name that has not 1 to 255 bytes."""
    number = numeric_id(name)
    if number is not None:
        return struct.pack("<BBI", _BY_NUMBER, 4, number)
    encoded = name.encode()
    if not 0 < len(encoded) <= _MAX_NAME_BYTES:
        raise ValueError(f"a name has 1 to {_MAX_NAME_BYTES} bytes, not {len(encoded)}")
    return struct.pack("<BB", _BY_NAME, len(encoded)) + encoded
