"""The thread in which a contract suite has a plugin work, as a connector has one for its plugin."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from functools import partial
from queue import SimpleQueue
from typing import Self, TypeVar

T = TypeVar("T")

_ENDS_WITHIN_S = 1.0
_SLACK_S = 0.25  # of a busy machine


class PluginThread:
    """Makes the calls of one plugin, one after the other, and lets nobody wait for ever.

    A call that does not return stays behind on its thread, a daemon. `stopping` is the plugin's;
    it is set at the end of the `with`, so that what heeds it ends then.
    """

    def __init__(self, limit_s: float) -> None:
        self.stopping = threading.Event()
        self.is_stuck = False
        self._limit_s = limit_s
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="contract", daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._calls.put(None)

    def call(self, hook: str, work: Callable[[], T]) -> T:
        """Return what `work`, a call of `hook`, returns, or raise what it raises.

        Raises AssertionError when that takes too long.
        """
        return self.result(hook, self.begin(work))

    def begin(self, work: Callable[[], T]) -> Future[T]:
        """Have `work` done, without waiting for it."""
        begun: Future[T] = Future()
        self._calls.put(partial(_do, work, begun))
        return begun

    def result(self, hook: str, begun: Future[T]) -> T:
        """Wait for what was begun, and do as `call` does."""
        limit = limit_text(self._limit_s)
        self._wait(begun, self._limit_s, f"{hook} has not returned within {limit}")
        return begun.result()

    def close(self, work: Callable[[], None]) -> None:
        """Have `work` close the plugin, without waiting where a call before has not returned.

        That was told already.
        """
        closing = self.begin(work)
        if not self.is_stuck:
            self.result("close", closing)

    def expect_end(self, hook: str, begun: Future[T]) -> None:
        """Set `stopping`. Raises AssertionError unless the call ends by that, be it by an error."""
        self.stopping.set()
        otherwise = f"{hook} goes on for more than {_ENDS_WITHIN_S:g} s after stopping is set"
        self._wait(begun, _ENDS_WITHIN_S + _SLACK_S, otherwise)

    def _wait(self, begun: Future[T], limit_s: float, otherwise: str) -> None:
        wait([begun], limit_s)
        if not begun.done():
            self.is_stuck = True
            raise AssertionError(otherwise)

    def _run(self) -> None:
        while (call := self._calls.get()) is not None:
            call()


def limit_text(limit_s: float) -> str:
    """Say how long a call may take, and how an author can change that."""
    return f"{limit_s:g} s; if it may take longer, raise hook_limit_s in the test class"


def _do(work: Callable[[], T], begun: Future[T]) -> None:
    try:
        begun.set_result(work())
    except BaseException as error:  # noqa: BLE001 - for whoever waits
        begun.set_exception(error)
