"""The broker's own log: lines on standard output, and not too many of a kind."""

import logging
import sys
import time
from collections.abc import Callable

_WINDOW_S = 10.0
_LINES_PER_WINDOW = 10


class RepeatFilter(logging.Filter):
    """Passes so many warnings of a kind in a window; the next one that passes says how many not.

    A kind is a message before its values are put in, so that there are only a few.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._windows: dict[str, tuple[float, int]] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Tell whether a line is written; adds to it how many were left out before."""
        if record.levelno < logging.WARNING:
            return True
        now_s = self._clock()
        start_s, count = self._windows.get(record.msg, (now_s, 0))
        left_out = 0
        if now_s - start_s >= _WINDOW_S:
            left_out = max(count - _LINES_PER_WINDOW, 0)
            start_s, count = now_s, 0
        self._windows[record.msg] = (start_s, count + 1)
        if left_out:
            record.msg = f"{record.msg} ({left_out} more like this before)"
        return count < _LINES_PER_WINDOW


def set_up() -> None:
    """Write what the broker says to standard output, unless that is arranged already."""
    logger = logging.getLogger("broker")
    if logger.handlers:
        return
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s broker: %(message)s"))
    handler.addFilter(RepeatFilter())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
