"""Reads sizes as configuration files write them: `512MB`, `1.5GiB`."""

import re

_KILO, _KIBI = 1000, 1024
_UNITS_BYTES = {
    "b": 1,
    **{f"{letter}b": _KILO**power for power, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": _KIBI**power for power, letter in enumerate("kmgt", 1)},
}
_SIZE = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,9}))?\s*([a-z]+)")

_ALLOWED = 'a number with a unit, such as "512MB" or "1.5GiB"'


def parse_size(text: str) -> int:
    """Return the bytes that `text` means; upper and lower case are the same.

    Raises ValueError, with a text that says what is wrong and what is allowed.
    """
    match = _SIZE.fullmatch(text.strip().lower())
    if match is None:
        raise ValueError(f"{text!r} cannot be read (allowed: {_ALLOWED})")
    whole, fraction, unit = match.groups(default="")
    if unit not in _UNITS_BYTES:
        raise ValueError(f"{unit!r} is not a unit of size; units are {' '.join(_UNITS_BYTES)}")
    size_bytes: int = int(whole + fraction) * _UNITS_BYTES[unit] // 10 ** len(fraction)
    return size_bytes
