"""Brings log lines to standard output and never troubles whoever logs."""

import logging
import threading
from typing import TextIO

from cli.line_writer import LineWriter
from cli.repeat_limit import RepeatLimit

_FLUSH_WITHIN_S = 1.0


class StdoutHandler(logging.Handler):
    """Formats each line; repeated warnings and errors go through a `RepeatLimit`.

    A line that cannot be written (closed pipe, full disk, nobody reads) is counted, and told as
    soon as one can be written again. One that cannot be formatted is replaced by a line that says
    where it is.
    """

    def __init__(self, stream: TextIO, limit: RepeatLimit) -> None:
        super().__init__()
        self._writer = LineWriter(stream, lambda count: self.format(_lost(count)))
        self._limit = limit
        self._timer: threading.Timer | None = None

    def emit(self, record: logging.LogRecord) -> None:
        """Write what the limit lets through; called with the handler's lock held."""
        try:
            passed = self._limit.pass_on(record)
        except Exception as error:  # noqa: BLE001
            passed = [_unformattable(record, error)]
        else:
            if record not in passed:
                self._tell_later()
        for one in passed:
            self._write(one)

    def flush(self) -> None:
        """Tell what is held back until now, and wait a second at most until all is written.

        `logging.shutdown` calls it at the end.
        """
        self.acquire()
        try:
            for record in self._limit.close():
                self._write(record)
        finally:
            self.release()
        self._writer.drain(_FLUSH_WITHIN_S)

    def close(self) -> None:
        """Take no more lines."""
        self._writer.close()
        super().close()

    def _write(self, record: logging.LogRecord) -> None:
        try:
            line = self.format(record)
        except Exception as error:  # noqa: BLE001
            line = self.format(_unformattable(record, error))
        self._writer.write(line)

    def _tell_later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._limit.window_s, self._tell_now)
            self._timer.daemon = True
            self._timer.start()

    def _tell_now(self) -> None:
        self.acquire()
        try:
            self._timer = None
            for record in self._limit.due():
                self._write(record)
            if self._limit.holds_back:
                self._tell_later()
        finally:
            self.release()


def _unformattable(record: logging.LogRecord, error: Exception) -> logging.LogRecord:
    """Stand in for a record without its values, which may be anything."""
    return _record(
        record.name,
        "a log line of %s:%d cannot be formatted: %s",
        record.filename,
        record.lineno,
        type(error).__name__,
    )


def _lost(count: int) -> logging.LogRecord:
    return _record(__name__, "%d log lines before this one could not be written", count)


def _record(name: str, message: str, *values: object) -> logging.LogRecord:
    return logging.LogRecord(name, logging.ERROR, __file__, 0, message, values, None)
