"""A plugin's shared library, loaded once in a process and never unloaded: it may have threads.

Calls block the thread that makes them and let all others run. What the library calls back may
come on any thread of its own, so those functions only copy and pass on, and never raise: an
exception that leaks from one would be read as an arbitrary result.
"""

import ctypes
import itertools
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path

from config.errors import ConfigError
from connectors.errors import RetryableError
from connectors.found_plugin import UNKNOWN_VERSION
from connectors.native.machine import wrong_machine
from connectors.native.symbols import LogCallback, SendCallback, declare

# What a call returns when the plugin's own code failed; other results are the library's.
PLUGIN_FAILED = 1

# Takes the number and the bytes of a batch; False refuses it. Called on a thread of the library.
TakeBatch = Callable[[int, bytes], bool]

_LEVELS = (logging.DEBUG, logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
_LONGEST_LOG_BYTES = 64 * 1024
_REFUSED = 1

_loaded: dict[tuple[int, int], "Library"] = {}
_loading = threading.Lock()


class Library:
    """Safe for threads; `kind` and `version` are what the library says of itself.

    Its log goes to the logger of the one instance that is open, else to one under the library's
    name, since the callback does not say whose line it is.
    """

    def __init__(self, path: Path) -> None:
        """Load it. Raises ConfigError where it cannot be loaded or is no connector."""
        self.name = path.name
        try:
            self.functions = ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_LOCAL)
        except OSError as error:
            why = wrong_machine(path) or str(error)
            raise ConfigError(f"{path} cannot be loaded: {why}") from error
        self.kind = declare(self.functions, str(path))
        version = getattr(self.functions, f"iggy_{self.kind}_version")()
        self.version = (version or UNKNOWN_VERSION.encode()).decode(errors="replace")
        # Kept for as long as the process lives: the library never forgets a callback.
        self.log_callback = LogCallback(self._write_log)
        self.send_callback = SendCallback(self._take_batch)
        self._ids = itertools.count(1)
        self._logs: dict[int, logging.Logger] = {}
        self._takers: dict[int, TakeBatch] = {}
        self._own_log = logging.getLogger(f"connector.library.{path.name}")

    def new_instance(self, log: logging.Logger, take: TakeBatch | None = None) -> int:
        """Return a number that no other instance of this library has or had."""
        number = next(self._ids)
        self._logs[number] = log
        if take is not None:
            self._takers[number] = take
        return number

    def forget_instance(self, number: int) -> None:
        """Take nothing more from an instance that is closed."""
        self._takers.pop(number, None)
        self._logs.pop(number, None)

    def _take_batch(self, number: int, batch: int, data: int | None, size_bytes: int) -> int:
        try:
            take = self._takers.get(number)
            if take is None:
                return _REFUSED
            copied = ctypes.string_at(data, size_bytes) if data else b""
            return 0 if take(batch, copied) else _REFUSED
        except BaseException:  # noqa: BLE001, nothing may get back into the library
            return _REFUSED

    def _write_log(
        self, level: int, target: int | None, target_bytes: int, text: int | None, text_bytes: int
    ) -> None:
        try:
            logs = list(self._logs.values())
            log = logs[0] if len(logs) == 1 else self._own_log
            log.log(
                _LEVELS[min(level, len(_LEVELS) - 1)],
                "%s",
                _text(text, text_bytes),
                extra={"fields": {"connector_target": _text(target, target_bytes)}},
            )
        except BaseException:  # noqa: BLE001, S110, nothing may get back into the library
            pass


def load_library(path: Path) -> Library:
    """Return the library at `path`, loaded at the first call. Raises ConfigError."""
    try:
        status = path.stat()
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    identity = status.st_dev, status.st_ino
    with _loading:
        if identity not in _loaded:
            _loaded[identity] = Library(path)
        return _loaded[identity]


def check_opened(library: Library, code: int) -> None:
    """Raise what the result of an `open` says, if anything."""
    if code == PLUGIN_FAILED:
        raise RetryableError(f"{library.name} failed to open; its log says why")
    if code != 0:
        raise ConfigError(
            f"{library.name} cannot be opened (result {code}): most likely plugin_config lacks"
            " something, or has something of the wrong type; its log may say what"
        )


def _text(start: int | None, size_bytes: int) -> str:
    if not start:
        return ""
    data = ctypes.string_at(start, min(size_bytes, _LONGEST_LOG_BYTES))
    return data.decode(errors="replace")
