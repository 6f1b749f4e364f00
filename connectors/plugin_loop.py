"""Runs what the `async def` methods of a plugin return, in the thread that called them.

Each plugin has a loop of its own, which exists once it is needed and runs only while one of its
methods does: tasks that the plugin left behind rest in between. All methods run in one context,
so that a ContextVar which one of them sets is set for the others.
"""

import asyncio
import contextvars
import threading
from collections.abc import Awaitable
from typing import TypeVar

from connectors.foreign_error import is_ctrl_c
from connectors.plugin import Plugin
from connectors.stopping import wait_async

T = TypeVar("T")

_FOREVER_S = 1e9
_CLOSES_WITHIN_S = 1.0


class CutShortError(Exception):
    """A method was cancelled, because its connector is to end."""


class PluginLoop:
    """Used in one thread only."""

    def __init__(self, plugin: Plugin) -> None:
        self._plugin = plugin
        self._runner: asyncio.Runner | None = None
        self._context = contextvars.copy_context()

    def result_of(self, awaitable: Awaitable[T], *, may_be_cut_short: bool = False) -> T:
        """Wait for what `awaitable` yields; nothing of it runs any more when this returns.

        With `may_be_cut_short` it is cancelled as soon as it is time to end; raises CutShortError
        then, unless it came to a result all the same.
        """
        if self._runner is None:
            self._runner = asyncio.Runner()
        loop = self._runner.get_loop()
        work = self._until_stopping(awaitable) if may_be_cut_short else _result(awaitable)
        task = loop.create_task(work, context=self._context)
        try:
            while not task.done():
                _run(loop, task)
            return task.result()
        finally:
            task.cancel()

    def close(self) -> None:
        """Cancel the tasks that are left, and end the loop; what does not end is left behind."""
        if self._runner is None:
            return
        closing = threading.Thread(
            target=self._close, args=(self._runner,), name="plugin-loop-end", daemon=True
        )
        self._runner = None
        closing.start()
        closing.join(_CLOSES_WITHIN_S)
        asyncio.set_event_loop(None)  # which the thread above can do for itself only
        if closing.is_alive():
            self._plugin.log.warning(
                "Left behind: a task of the plugin, or a thread of asyncio.to_thread, does not end"
            )

    def _close(self, runner: asyncio.Runner) -> None:
        try:
            runner.close()
        except BaseException:
            self._plugin.log.exception("What the plugin left on its event loop failed at the end")

    async def _until_stopping(self, awaitable: Awaitable[T]) -> T:
        loop = asyncio.get_running_loop()
        task = loop.create_task(_result(awaitable), context=self._context)
        stop = asyncio.ensure_future(wait_async(self._plugin.stopping, _FOREVER_S))
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
            is_cut_short = task.cancel()
        if is_cut_short:
            await asyncio.wait({task})
            if task.cancelled():
                raise CutShortError
        return task.result()


async def _result(awaitable: Awaitable[T]) -> T:
    return await awaitable


def _run(loop: asyncio.AbstractEventLoop, task: asyncio.Task[T]) -> None:
    """Run the loop, in most cases until `task` is done."""
    try:
        loop.run_until_complete(task)
    except (SystemExit, KeyboardInterrupt) as error:
        # asyncio lets these out of the loop, of whatever task they are, with `task` half done.
        if is_ctrl_c(error):
            raise
