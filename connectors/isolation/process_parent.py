"""The thread that all plugin processes are children of: starts them, and watches their memory.

The kernel ends a process with the thread that started it (see `child`), so this has to be one that
lives as long as the runtime.
"""

import queue
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from resource import getpagesize
from typing import NamedTuple

_LOOK_EVERY_S = 0.25
_STARTS_WITHIN_S = 10.0

# Starts a process, in the thread of the parent.
StartProcess = Callable[[], "subprocess.Popen[bytes]"]


class MemoryLimit(NamedTuple):
    """`exceeded` is called with the size that is too much, in the parent's thread, at most once."""

    limit_bytes: int
    exceeded: Callable[[int], None]


class ProcessParent:
    """Any thread may use it; its own starts at the first use and never ends."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[StartProcess, Future[subprocess.Popen[bytes]]]]
        self._orders = queue.SimpleQueue()
        self._limits: dict[subprocess.Popen[bytes], MemoryLimit] = {}
        self._starting = threading.Lock()
        self._has_started = False

    def start(self, start_process: StartProcess) -> "subprocess.Popen[bytes]":
        """Return what `start_process` starts. Raises what it raises, or TimeoutError."""
        with self._starting:
            if not self._has_started:
                threading.Thread(target=self._run, name="plugin-processes", daemon=True).start()
                self._has_started = True
        started: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((start_process, started))
        try:
            return started.result(_STARTS_WITHIN_S)
        except TimeoutError:
            started.add_done_callback(_kill_late)
            raise

    def limit(self, process: "subprocess.Popen[bytes]", limit: MemoryLimit) -> None:
        """Watch how much memory a process has, a few times a second, until it has ended."""
        self._limits[process] = limit

    def _run(self) -> None:
        while True:
            try:
                start_process, started = self._orders.get(timeout=_LOOK_EVERY_S)
            except queue.Empty:
                self._look()
                continue
            try:
                started.set_result(start_process())
            except Exception as error:  # noqa: BLE001, for whoever asked
                started.set_exception(error)

    def _look(self) -> None:
        for process, limit in list(self._limits.items()):
            size_bytes = _resident_bytes(process)
            if size_bytes is None:
                del self._limits[process]
            elif size_bytes > limit.limit_bytes:
                del self._limits[process]
                limit.exceeded(size_bytes)


def _kill_late(started: "Future[subprocess.Popen[bytes]]") -> None:
    if started.exception() is None:
        started.result().kill()


def _resident_bytes(process: "subprocess.Popen[bytes]") -> int | None:
    """Return how much memory a process has now; None when it has ended."""
    if process.returncode is not None:
        return None
    try:
        pages = int(Path(f"/proc/{process.pid}/statm").read_bytes().split()[1])
    except OSError:
        return None
    return pages * getpagesize()


PARENT = ProcessParent()
