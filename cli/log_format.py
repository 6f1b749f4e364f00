"""The two forms of a log line: text for people, JSON for machines. In the thread that logs."""

import json
import logging
from typing import Final

from cli.escaped import escaped
from cli.log_line import LogLine, Value

_DIM, _BOLD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"
_COLOURS: Final = {
    "TRACE": "\x1b[35m",
    "DEBUG": "\x1b[34m",
    "INFO": "\x1b[32m",
    "WARN": "\x1b[33m",
    "ERROR": "\x1b[31m",
}


class TextFormatter(logging.Formatter):
    """`2026-01-31T12:00:00.000000Z  INFO target: message field="text" other=5`.

    What a record brings cannot forge a line or colour the terminal: control characters are
    escaped, and a traceback follows in lines of its own that begin with two spaces.
    """

    def __init__(self, *, colours: bool) -> None:
        super().__init__()
        self._colours = colours

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without a line break at its end."""
        line = LogLine.of(record)
        timestamp, level, target = line.timestamp, f"{line.level:>5}", escaped(line.target)
        if self._colours:
            timestamp = f"{_DIM}{timestamp}{_PLAIN}"
            level = f"{_COLOURS[line.level]}{level}{_PLAIN}"
            target = f"{_BOLD}{target}{_PLAIN}"
        fields = "".join(
            f" {escaped(name)}={_written(value)}" for name, value in line.fields.items()
        )
        text = f"{timestamp} {level} {target}: {escaped(line.message)}{fields}"
        if line.exception is None:
            return text
        return "\n".join([text, *(f"  {escaped(one)}" for one in line.exception.split("\n"))])


class JsonFormatter(logging.Formatter):
    """One object per line: `timestamp`, `level`, `fields` (with `message`), `target`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object; a traceback is the field `exception`."""
        line = LogLine.of(record)
        fields = {"message": ""} | dict(line.fields) | {"message": line.message}
        if line.exception is not None:
            fields["exception"] = line.exception
        return _json(
            {
                "timestamp": line.timestamp,
                "level": line.level,
                "fields": fields,
                "target": line.target,
            }
        )


def _written(value: Value) -> str:
    return escaped(_json(value))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
