"""What one log line says, whatever format it is written in. In the thread that logs."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

_HALF_AN_EXCEPTION = 10_000

Value = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """A log record, read.

    `timestamp` is UTC with microseconds; `level` is one of TRACE, DEBUG, INFO, WARN, ERROR;
    `fields` come from `extra={"fields": {...}}`; `exception` is the traceback, of many lines, of
    which the middle is left out where it is longer than 20,000 characters.
    """

    timestamp: str
    level: str
    target: str
    message: str
    fields: Mapping[str, Value]
    exception: str | None

    @classmethod
    def of(cls, record: logging.LogRecord) -> "LogLine":
        """Read a record; raises what its values raise when they are made text."""
        moment = datetime.fromtimestamp(record.created, UTC)
        fields = getattr(record, "fields", None)
        return cls(
            timestamp=moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            level=_level(record.levelno),
            target=record.name,
            message=record.getMessage(),
            fields={str(name): _plain(value) for name, value in fields.items()}
            if isinstance(fields, Mapping)
            else {},
            exception=_exception(record),
        )


def _level(number: int) -> str:
    if number >= logging.ERROR:
        return "ERROR"
    if number >= logging.WARNING:
        return "WARN"
    if number >= logging.INFO:
        return "INFO"
    return "DEBUG" if number >= logging.DEBUG else "TRACE"


def _plain(value: object) -> Value:
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return value if value is None or isinstance(value, str | int) else str(value)


def _exception(record: logging.LogRecord) -> str | None:
    parts = []
    if record.exc_info and record.exc_info[0]:
        parts.append(logging.Formatter().formatException(record.exc_info))
    if record.stack_info:
        parts.append(record.stack_info)
    text = "\n".join(parts)
    left_out = len(text) - 2 * _HALF_AN_EXCEPTION
    if left_out > 0:
        begin, end = text[:_HALF_AN_EXCEPTION], text[-_HALF_AN_EXCEPTION:]
        text = f"{begin}\n… {left_out} characters left out …\n{end}"
    return text or None
