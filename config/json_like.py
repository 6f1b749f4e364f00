"""Turns parsed TOML into what JSON can express, because plugins and the API are given JSON."""

import math
from datetime import date, datetime, time

from config.text_fields import is_unicode

_MAX_DEPTH = 100
_MIN_INTEGER = -(2**63)
_MAX_INTEGER = 2**64 - 1


def json_like(value: object, depth: int = 0) -> object:
    """Return a copy in which dates and times are ISO 8601 texts, and nan and inf are texts too.

    Raises ValueError for what has no JSON form: integers beyond 64 bits, text that is not Unicode,
    more than 100 levels.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"is nested more than {_MAX_DEPTH} levels deep")
    match value:
        case dict():
            return {key: json_like(inner, depth + 1) for key, inner in value.items()}
        case list():
            return [json_like(inner, depth + 1) for inner in value]
        case datetime() | date() | time():
            return value.isoformat()
        case float() if not math.isfinite(value):
            return str(value)
        case int() if not _MIN_INTEGER <= value <= _MAX_INTEGER:
            raise ValueError("holds an integer that does not fit into 64 bits")
        case str() if not is_unicode(value):
            raise ValueError("holds text that is not UTF-8")
    return value
