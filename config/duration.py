"""Reads durations as configuration files write them: `5ms`, `1.5s`, `1h 30m`."""

import re

_NANOSECOND = 1
_MICROSECOND = 1_000
_MILLISECOND = 1_000_000
_SECOND = 1_000_000_000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR
_MONTH = 2_630_016 * _SECOND
_YEAR = 31_557_600 * _SECOND

_UNITS_NS = {
    **dict.fromkeys(("nanos", "nsec", "ns"), _NANOSECOND),
    **dict.fromkeys(("usec", "us", "µs"), _MICROSECOND),
    **dict.fromkeys(("millis", "msec", "ms"), _MILLISECOND),
    **dict.fromkeys(("seconds", "second", "secs", "sec", "s"), _SECOND),
    **dict.fromkeys(("minutes", "minute", "mins", "min", "m"), _MINUTE),
    **dict.fromkeys(("hours", "hour", "hrs", "hr", "h"), _HOUR),
    **dict.fromkeys(("days", "day", "d"), _DAY),
    **dict.fromkeys(("weeks", "week", "wks", "wk", "w"), 7 * _DAY),
    **dict.fromkeys(("months", "month"), _MONTH),
    **dict.fromkeys(("years", "year", "yrs", "yr", "y"), _YEAR),
}
_ZERO = ("0", "unlimited", "disabled", "none")
_MAX_NS = 2**63 - 1  # about 292 years: what a thread can be told to wait
_MAX_CHARACTERS = 200

_SPAN = re.compile(r"\s*([0-9]+)(?:\.([0-9]+))?\s*([a-zµ]*)\s*")

_ALLOWED = 'one or more numbers with a unit, such as "5ms", "1.5s" or "1h 30m", or "0"'


def parse_duration(text: str) -> float:
    """Return the seconds that `text` means.

    Upper and lower case are the same, so `M` is minutes; `unlimited`, `disabled` and `none` are 0.
    Raises ValueError, with a text that says what is wrong and what is allowed.
    """
    lowered = text.strip().lower()
    if lowered in _ZERO:
        return 0.0
    if not lowered:
        raise ValueError(f"a duration cannot be empty (allowed: {_ALLOWED})")
    if len(lowered) > _MAX_CHARACTERS:
        raise ValueError(f"longer than {_MAX_CHARACTERS} characters (allowed: {_ALLOWED})")
    total_ns = 0
    position = 0
    while position < len(lowered):
        span = _SPAN.match(lowered, position)
        if span is None:
            rest = lowered[position:]
            raise ValueError(f"{text!r} has no number at {rest!r} (allowed: {_ALLOWED})")
        total_ns += _span_ns(*span.groups(default=""))
        position = span.end()
    if total_ns > _MAX_NS:
        raise ValueError(f"{text!r} is longer than 292 years")
    return total_ns / _SECOND


def _span_ns(whole: str, fraction: str, unit: str) -> int:
    if not unit:
        raise ValueError(f"{whole!r} has no unit (allowed: {_ALLOWED})")
    if unit not in _UNITS_NS:
        known = " ".join(_UNITS_NS)
        raise ValueError(f"{unit!r} is not a unit of time; units are {known}")
    unit_ns = _UNITS_NS[unit]
    scale: int = 10 ** len(fraction)
    value_ns, lost = divmod(int(fraction or "0") * unit_ns, scale)
    finest, finest_ns = ("seconds", _SECOND) if unit_ns >= _HOUR else ("nanoseconds", _NANOSECOND)
    if lost or value_ns % finest_ns or (fraction and unit_ns == _NANOSECOND):
        raise ValueError(f"'{whole}.{fraction}{unit}' does not come to whole {finest}")
    return int(whole) * unit_ns + value_ns
