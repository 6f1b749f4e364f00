"""A thread that runs a gevent hub, and the one way into it from other threads.

The thread is no daemon: a hub that is torn down by the interpreter's end crashes it.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from types import TracebackType
from typing import Any, TypeVar

import gevent
from gevent.event import Event

R = TypeVar("R")

_log = logging.getLogger(__name__)

_START_S = 5.0
# A hub without any timer or socket believes that it waits for ever, and ends.
HEARTBEAT_S = 60.0


class HubEndedError(RuntimeError):
    """The hub's thread has ended, or was never started."""


class HubThread:
    """Runs greenlets from `start` until `stop`; at the end the thread calls `on_end`.

    It is given None after a `stop`, else what has ended the hub, and may use the hub still.
    """

    def __init__(self, name: str, on_end: Callable[[BaseException | None], None]) -> None:
        self._on_end = on_end
        self._lock = threading.Lock()
        self._loop: Any = None
        self._stopping: Any = None
        self._started = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=False)

    def start(self) -> None:
        """Start the thread and wait until its hub takes calls."""
        self._thread.start()
        if not self._started.wait(_START_S):
            raise TimeoutError(f"no gevent hub within {_START_S} s")

    def call_soon(self, function: Callable[..., object], *args: object) -> bool:
        """Call `function` in the hub, which must not wait; False when the hub has ended."""
        with self._lock:
            if self._loop is None:
                return False
            self._loop.run_callback_threadsafe(function, *args)
            return True

    def call(self, function: Callable[[], R], *, timeout_s: float) -> R:
        """Call `function` in a greenlet of its own; return what it returns, raise what it raises.

        Not for greenlets of this hub. Raises TimeoutError, HubEndedError.
        """
        result: Future[R] = Future()
        if not self.call_soon(gevent.spawn, _settle, result, function):
            raise HubEndedError("the gevent hub has ended")
        return result.result(timeout_s)

    def stop(self, timeout_s: float) -> bool:
        """End the thread; False when it still runs after `timeout_s` seconds."""
        if self._stopping is not None:
            self.call_soon(self._stopping.set)
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        hub = gevent.get_hub()
        hub.print_exception = _log_exception
        self._stopping = Event()
        self._loop = hub.loop
        self._started.set()
        ended_by: BaseException | None = None
        try:
            while not self._stopping.wait(HEARTBEAT_S):
                pass
        except BaseException as error:  # noqa: BLE001 - told to the owner
            ended_by = error
        with self._lock:
            self._loop = None
        try:
            self._on_end(ended_by)
        finally:
            hub.destroy(destroy_loop=True)


def _settle(result: "Future[R]", function: Callable[[], R]) -> None:
    try:
        result.set_result(function())
    except BaseException as error:  # noqa: BLE001 - raised where it was called
        result.set_exception(error)


def _log_exception(
    _context: object,
    kind: type[BaseException],
    error: BaseException,
    traceback: TracebackType | None,
) -> None:
    _log.error("A greenlet has failed", exc_info=(kind, error, traceback))
