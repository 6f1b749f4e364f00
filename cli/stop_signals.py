"""Signals of the process: a first SIGINT or SIGTERM asks to stop, a second one ends it at once."""

import faulthandler
import os
import queue
import signal
import threading
from typing import Final

from cli.exit_code import ExitCode

_STOP: Final = (signal.SIGINT, signal.SIGTERM)


class StopSignals:
    """Receives SIGINT and SIGTERM for the process.

    A thread of its own reads what the C-level handler wrote, so that the second signal ends the
    process (`ExitCode.FORCED_END`) also while the main thread is inside native code.
    """

    def __init__(self) -> None:
        self._received: queue.SimpleQueue[signal.Signals | None] = queue.SimpleQueue()

    def install(self) -> None:
        """Take over the signals for the rest of the process's life; call from the main thread.

        A forked child gets the default actions back, so that it can be terminated.
        """
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in _STOP:
            signal.signal(number, lambda *_: None)
        os.register_at_fork(after_in_child=_restore)
        threading.Thread(
            target=self._read, args=(reading,), name="stop-signals", daemon=True
        ).start()

    def wait(self, timeout_s: float) -> signal.Signals | None:
        """Return the signal that asked to stop, or None after `timeout_s` or a `wake_up`."""
        try:
            return self._received.get(timeout=timeout_s)
        except queue.Empty:
            return None

    def wake_up(self) -> None:
        """Let `wait` return; from any thread."""
        self._received.put(None)

    def _read(self, reading: int) -> None:
        stopping = False
        while True:
            for number in os.read(reading, 64):
                if number not in _STOP:
                    continue
                if stopping:
                    os._exit(ExitCode.FORCED_END)
                stopping = True
                self._received.put(signal.Signals(number))


def dump_threads_on_request() -> None:
    """Let SIGUSR1 print the stack of every thread to standard error, whatever they are doing."""
    faulthandler.register(signal.SIGUSR1, all_threads=True)


def _restore() -> None:
    signal.set_wakeup_fd(-1)
    for number in _STOP:
        signal.signal(number, signal.SIG_DFL)
