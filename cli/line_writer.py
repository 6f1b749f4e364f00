"""Writes lines to a stream from a thread of its own, so that nobody waits for whoever reads it.

A terminal that was stopped with Ctrl-S, or a pipe whose reader stands still, would otherwise stop
every thread that logs.
"""

import threading
from collections import deque
from collections.abc import Callable
from typing import TextIO

_MOST_WAITING = 10_000


class LineWriter:
    """Keeps at most 10,000 lines; what finds no room, or cannot be written, is counted.

    `lost` makes the line that tells of the lost ones as soon as one can be written again.
    """

    def __init__(self, stream: TextIO, lost: Callable[[int], str]) -> None:
        self._stream = stream
        self._lost = lost
        self._lines: deque[str] = deque()
        self._condition = threading.Condition()
        self._lost_count = 0
        self._is_writing = False
        self._is_closed = False
        threading.Thread(target=self._run, name="log-writer", daemon=True).start()

    def write(self, line: str) -> None:
        """Have a line written soon; never waits."""
        with self._condition:
            if len(self._lines) >= _MOST_WAITING:
                self._lost_count += 1
            else:
                self._lines.append(line)
                self._condition.notify_all()

    def drain(self, timeout_s: float) -> bool:
        """Wait until all lines are written, for so long at most; tell whether they are."""
        with self._condition:
            return self._condition.wait_for(
                lambda: not self._lines and not self._is_writing, timeout_s
            )

    def close(self) -> None:
        """End the thread when all lines are written; later ones are lost."""
        with self._condition:
            self._is_closed = True
            self._condition.notify_all()

    def _run(self) -> None:
        while lines := self._take():
            written = self._write(lines)
            with self._condition:
                self._is_writing = False
                if not written:
                    self._lost_count += len(lines)
                self._condition.notify_all()

    def _take(self) -> list[str]:
        with self._condition:
            self._condition.wait_for(lambda: self._lines or self._is_closed)
            lines = list(self._lines)
            self._lines.clear()
            self._is_writing = bool(lines)
            return lines

    def _write(self, lines: list[str]) -> bool:
        lost, told = self._lost_count, ""
        if lost:
            told = self._lost(lost) + "\n"
        try:
            self._stream.write(told + "".join(line + "\n" for line in lines))
            self._stream.flush()
        except (OSError, ValueError):
            return False
        with self._condition:
            self._lost_count -= lost
        return True
