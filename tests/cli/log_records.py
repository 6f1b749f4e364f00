"""Log records for tests, made as logging makes them."""

import logging
import sys
from collections.abc import Mapping


def record(
    message: object = "hello",
    *values: object,
    name: str = "actors.sink",
    level: int = logging.INFO,
    fields: Mapping[str, object] | None = None,
) -> logging.LogRecord:
    """Make a record."""
    made = logging.LogRecord(name, level, "sink.py", 5, message, values, None)
    if fields is not None:
        made.fields = fields
    return made


def raised(text: str, *, fields: Mapping[str, object] | None = None) -> logging.LogRecord:
    """Make a record of a RuntimeError with this text, which its message shows too."""
    made = record("failed: %s", text, level=logging.ERROR, fields=fields)
    try:
        _fail(text)
    except RuntimeError:
        made.exc_info = sys.exc_info()
    return made


def _fail(text: str) -> None:
    raise RuntimeError(text)
