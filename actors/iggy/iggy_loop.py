"""The one asyncio loop for all Iggy clients of the process, in a native thread of its own.

The SDK needs a running loop for every call, and actors must not wait for a server. So an actor
hands its call over and gets the result back by a callback, which tells it to the actor again.
"""

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, TypeVar

from actors.iggy.iggy_error import (
    ConnectionLostError,
    IggyCallError,
    IggyError,
    IggyTimeoutError,
    map_error,
)

T = TypeVar("T")

_log = logging.getLogger(__name__)


class IggyLoop:
    """Runs coroutines with a time limit each, from `start` until `stop`; it starts once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        # Asyncio itself refers to tasks only weakly.
        self._calls: set[asyncio.Task[Any]] = set()
        self._is_stopping = False

    def start(self) -> None:
        """Take calls from now on."""
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._run, args=(loop,), name="iggy-loop", daemon=True
        )
        self._thread.start()
        with self._lock:
            self._loop = loop

    def stop(self, timeout_s: float) -> bool:
        """Cancel and answer all calls, then end the thread; False when that took too long.

        Calls that come later are refused at once. Not to be called from `on_done`.
        """
        with self._lock:
            loop, self._loop = self._loop, None
            if loop is not None:
                loop.call_soon_threadsafe(self._end, loop)
        if self._thread is None:
            return True
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def submit(
        self,
        call: Callable[[], Coroutine[Any, Any, T]],
        *,
        timeout_s: float,
        on_done: Callable[[T | IggyError], None],
    ) -> None:
        """Run what `call` makes, in the loop's thread, and give its result to `on_done` there.

        `on_done` gets an IggyError instead where there is no result: IggyTimeoutError after
        `timeout_s`, ConnectionLostError when the loop is stopped meanwhile, else whatever the call
        raised, mapped. It is called exactly once and must not block. Where the loop does not run
        it gets its ConnectionLostError here and now, in the thread of the caller.
        """
        with self._lock:
            if self._loop is not None:
                self._loop.call_soon_threadsafe(self._begin, self._loop, call, timeout_s, on_done)
                return
        _hand_over(on_done, ConnectionLostError("the Iggy loop does not run"))

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            loop.run_forever()
        finally:
            loop.close()

    def _begin(
        self,
        loop: asyncio.AbstractEventLoop,
        call: Callable[[], Coroutine[Any, Any, T]],
        timeout_s: float,
        on_done: Callable[[T | IggyError], None],
    ) -> None:
        task = loop.create_task(self._limited(call, timeout_s))
        self._calls.add(task)
        # By callback and not in the task, because a task cancelled before it began runs nothing.
        task.add_done_callback(partial(self._finish, loop, on_done))

    async def _limited(
        self, call: Callable[[], Coroutine[Any, Any, T]], timeout_s: float
    ) -> T | IggyError:
        try:
            async with asyncio.timeout(timeout_s):
                return await call()
        except TimeoutError as error:
            what = _cut_off(error.__cause__)
            _let_go_of_frames(error)
            return IggyTimeoutError(f"{what}: no answer within {timeout_s:g} s")
        except asyncio.CancelledError as error:
            if self._is_stopping:
                return ConnectionLostError(f"{_cut_off(error)}: the Iggy loop was stopped")
            return IggyCallError(f"{_cut_off(error)}: {type(error).__name__}")
        except BaseException as error:  # noqa: BLE001, the loop goes on whatever a call raises
            return map_error(error, "a call to Iggy")

    def _finish(
        self,
        loop: asyncio.AbstractEventLoop,
        on_done: Callable[[T | IggyError], None],
        task: asyncio.Task[T | IggyError],
    ) -> None:
        self._calls.discard(task)
        if task.cancelled():
            _hand_over(on_done, ConnectionLostError("a call to Iggy: the Iggy loop was stopped"))
        else:
            _hand_over(on_done, task.result())
        self._stop_when_idle(loop)

    def _end(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_stopping = True
        for task in self._calls:
            task.cancel()
        self._stop_when_idle(loop)

    def _stop_when_idle(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._is_stopping and not self._calls:
            loop.stop()


def _cut_off(error: BaseException | None) -> str:
    """Say what a cancellation cut off, as `doing` wrote it down."""
    return str(error.args[0]) if error is not None and error.args else "a call to Iggy"


def _let_go_of_frames(error: BaseException) -> None:
    """Free what the frames of an error hold: a session that is held keeps its socket open.

    Those of what caused it too: from Python 3.13 on they hold it in turn, until the collector runs.
    """
    chain: list[BaseException | None] = [error]
    while chain:
        one = chain.pop()
        if one is not None:
            chain += one.__cause__, one.__context__
            one.__cause__ = one.__context__ = one.__traceback__ = None


def _hand_over(on_done: Callable[[T | IggyError], None], result: T | IggyError) -> None:
    if isinstance(result, IggyError):
        _let_go_of_frames(result)
    try:
        on_done(result)
    except BaseException:  # noqa: BLE001, the loop goes on whatever its caller does
        _log.exception("The result of a call to Iggy could not be handed over")
