"""Whole numbers as postcard writes them: seven bits a byte, the lowest first. Any thread.

Written two bytes at a time from tables, because a message has six of them.
"""

from connectors.native.errors import PostcardError

_MORE = 0x80
_PAIR_BITS = 14
_PAIR_END = 1 << _PAIR_BITS
_PAIR_MASK = _PAIR_END - 1

_PAIRS = [bytes((low & 0x7F | _MORE, low >> 7 | _MORE)) for low in range(_PAIR_END)]
_ENDS = [
    bytes((last,)) if last < _MORE else bytes((last & 0x7F | _MORE, last >> 7))
    for last in range(_PAIR_END)
]


def varint(number: int) -> bytes:
    """Write a whole number from 0."""
    written = b""
    while number >= _PAIR_END:
        written += _PAIRS[number & _PAIR_MASK]
        number >>= _PAIR_BITS
    return written + _ENDS[number]


def read_varint(data: bytes, at: int, bits: int) -> tuple[int, int]:
    """Return the number that begins at `at`, and where it ends.

    Raises PostcardError where the data ends before, or the number has more than `bits`.
    """
    number = shift = 0
    try:
        while (byte := data[at]) >= _MORE:
            number |= (byte & 0x7F) << shift
            shift += 7
            at += 1
            if shift >= bits:
                break
    except IndexError:
        raise PostcardError("the data ends inside a number") from None
    number |= byte << shift
    if number >> bits:
        raise PostcardError(f"a number has more than {bits} bits")
    return number, at + 1
