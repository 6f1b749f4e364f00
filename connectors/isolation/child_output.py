"""Brings what a plugin's process says into our log: log records, and lines of its two outputs.

Reads in a thread of its own until the process has ended, so that the plugin never waits for a
call to be over before it can go on writing.
"""

import logging
import os
import select
import struct
import threading
import time
from collections.abc import Callable

from connectors.isolation.wire import unpack

_READ_BYTES = 64 * 1024
_LONGEST_LINE_BYTES = 8 * 1024
_LONGEST_RECORD_BYTES = 1024 * 1024
_LINES_AT_ONCE = 100
_WINDOW_S = 10.0
_LOOK_EVERY_MS = 200
_LENGTH = struct.Struct("<I")

RECORD_LENGTH = _LENGTH


class SentLogRecord(logging.LogRecord):
    """A record whose text was made in another process; `msg` is what it was made of."""

    text: str

    def getMessage(self) -> str:  # noqa: N802, the name is logging's
        """Return the text."""
        return self.text


class ChildOutput:
    """Owns the reading ends; `records`, `stdout` and `stderr` are closed when all is read."""

    def __init__(self, log: logging.Logger, *, records: int, stdout: int, stderr: int) -> None:
        self._readers: dict[int, Callable[[bytes], None]] = {
            records: _Records(log).take,
            stdout: _Lines(log, logging.INFO).take,
            stderr: _Lines(log, logging.WARNING).take,
        }
        self._has_ended = threading.Event()
        for descriptor in self._readers:
            os.set_blocking(descriptor, False)
        self._thread = threading.Thread(target=self._run, name="plugin-output", daemon=True)
        self._thread.start()

    def finish(self, timeout_s: float) -> None:
        """Read what is left of a process that has ended; what others still hold open is let go."""
        self._has_ended.set()
        self._thread.join(timeout_s)

    def _run(self) -> None:
        poll = select.poll()
        for descriptor in self._readers:
            poll.register(descriptor, select.POLLIN)
        while self._readers:
            ready = poll.poll(_LOOK_EVERY_MS)
            for descriptor, _ in ready:
                if not self._read(descriptor):
                    poll.unregister(descriptor)
                    self._close(descriptor)
            if not ready and self._has_ended.is_set():
                for descriptor in list(self._readers):
                    self._close(descriptor)

    def _read(self, descriptor: int) -> bool:
        """Read once; False at the end."""
        try:
            data = os.read(descriptor, _READ_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        if data:
            self._readers[descriptor](data)
        return bool(data)

    def _close(self, descriptor: int) -> None:
        self._readers.pop(descriptor)(b"")
        os.close(descriptor)


class _Lines:
    """Logs lines, of which so many in a while; the others are counted."""

    def __init__(self, log: logging.Logger, level: int) -> None:
        self._log = log
        self._level = level
        self._begun = b""
        self._window_ends_s = 0.0
        self._written = 0
        self._left_out = 0

    def take(self, data: bytes) -> None:
        """Log the lines that are complete; all that is there when there is no more data."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        if self._begun and (not data or len(self._begun) > _LONGEST_LINE_BYTES):
            lines.append(self._begun)
            self._begun = b""
        for line in lines:
            if line.strip():
                self._write(line)
        if not data:
            self._tell_left_out()

    def _write(self, line: bytes) -> None:
        now_s = time.monotonic()
        if now_s >= self._window_ends_s:
            self._tell_left_out()
            self._window_ends_s, self._written = now_s + _WINDOW_S, 0
        if self._written == _LINES_AT_ONCE:
            self._left_out += 1
            return
        self._written += 1
        text = line[:_LONGEST_LINE_BYTES].decode(errors="replace").rstrip()
        self._log.log(self._level, "%s", text)

    def _tell_left_out(self) -> None:
        if self._left_out:
            self._log.warning("%d lines of the plugin's output were left out", self._left_out)
            self._left_out = 0


class _Records:
    """Logs the records of the other process where this one is set to log them."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._begun = b""
        self._is_broken = False

    def take(self, data: bytes) -> None:
        """Log the records that are complete."""
        if self._is_broken:
            return
        self._begun += data
        while len(self._begun) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._begun)
            if length > _LONGEST_RECORD_BYTES:
                self._give_up()
                return
            end = _LENGTH.size + length
            if len(self._begun) < end:
                return
            body, self._begun = self._begun[_LENGTH.size : end], self._begun[end:]
            try:
                self._write(unpack(body))
            except (ValueError, TypeError, KeyError):
                self._give_up()
                return

    def _give_up(self) -> None:
        self._is_broken, self._begun = True, b""
        self._log.warning("The plugin's process writes a log that cannot be read")

    def _write(self, frame: dict[str, object]) -> None:
        name, level = str(frame["name"]), int(str(frame["level"]))
        log = self._log if name == self._log.name else logging.getLogger(name)
        if not log.isEnabledFor(level):
            return
        record = SentLogRecord(name, level, "", 0, frame["template"], (), None)
        record.text = str(frame["text"])
        record.fields = frame["fields"]
        log.handle(record)
