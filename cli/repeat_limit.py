"""Keeps a fault that repeats from flooding the log, and says how often it did."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_S = 10.0
PASSES = 5
KINDS = 256
_TEXT_LENGTH = 300

_Kind = tuple[str, int, str]


@dataclass(slots=True)
class _Window:
    start_s: float
    passed: int = 0
    held_back: int = 0
    last: logging.LogRecord | None = None


class RepeatLimit:
    """Passes the first few warnings and errors of a kind in a window and counts the others.

    A kind is a logger, a level and a message before its values are put in. At most `kinds` are
    remembered; the oldest gives way, after what it held back was told. Not thread-safe.
    """

    def __init__(
        self,
        *,
        window_s: float = WINDOW_S,
        passes: int = PASSES,
        kinds: int = KINDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._window_s, self._passes, self._kinds = window_s, passes, kinds
        self._clock = clock
        self._windows: OrderedDict[_Kind, _Window] = OrderedDict()

    @property
    def window_s(self) -> float:
        """How long a kind is counted before it is told."""
        return self._window_s

    @property
    def holds_back(self) -> bool:
        """Tell whether something was held back that is not told yet."""
        return any(window.held_back for window in self._windows.values())

    def pass_on(self, record: logging.LogRecord) -> list[logging.LogRecord]:
        """Return what is to be written now, in order: what is due, then the record if it passes."""
        due = self.due()
        if record.levelno < logging.WARNING:
            return [*due, record]
        kind = _kind(record)
        window = self._windows.get(kind)
        if window is None:
            if len(self._windows) >= self._kinds:
                due += self._told(self._windows.popitem(last=False)[1])
            window = self._windows[kind] = _Window(self._clock())
        if window.passed < self._passes:
            window.passed += 1
            return [*due, record]
        window.held_back += 1
        window.last = window.last or _shortened(record)
        return due

    def due(self) -> list[logging.LogRecord]:
        """Close the windows that are over; one record for each that held something back."""
        over_s = self._clock() - self._window_s
        due: list[logging.LogRecord] = []
        while self._windows and next(iter(self._windows.values())).start_s <= over_s:
            due += self._told(self._windows.popitem(last=False)[1])
        return due

    def close(self) -> list[logging.LogRecord]:
        """Close all windows, also those that are not over."""
        due: list[logging.LogRecord] = []
        while self._windows:
            due += self._told(self._windows.popitem(last=False)[1])
        return due

    def _told(self, window: _Window) -> list[logging.LogRecord]:
        if window.last is None:
            return []
        elapsed_s = max(1, round(self._clock() - window.start_s))
        told = window.last
        told.args = (told.msg, window.held_back, elapsed_s)
        told.msg = "%s … repeated %d times in the last %d s"
        told.created = time.time()
        return [told]


def _kind(record: logging.LogRecord) -> _Kind:
    template = record.msg
    # A bare value is a message of its own: `log.warning("%s", finding)`, `log.error(error)`.
    if not isinstance(template, str) or template == "%s":
        template = record.getMessage()
    return record.name, record.levelno, template[:_TEXT_LENGTH]


def _shortened(record: logging.LogRecord) -> logging.LogRecord:
    """Copy what can be kept for a while: no traceback, no values of unknown size."""
    short = logging.makeLogRecord(vars(record))
    short.msg = record.getMessage()[:_TEXT_LENGTH]
    short.args = short.exc_info = short.exc_text = short.stack_info = None
    return short
