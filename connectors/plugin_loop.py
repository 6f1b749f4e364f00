"""Runs what the `async def` methods of a plugin return, in the thread that called them.

Each plugin has a loop of its own, which exists once it is needed and runs only while one of its
methods does: tasks that the plugin left behind rest in between.
"""

import asyncio
import inspect
from collections.abc import Awaitable
from typing import TypeVar

from connectors.errors import FatalError
from connectors.stopping import Stopping, wait_async

T = TypeVar("T")

_FOREVER_S = 1e9


class CutShortError(Exception):
    """A method was cancelled, because its connector is to end."""


class PluginLoop:
    """Used in one thread only."""

    def __init__(self, stopping: Stopping) -> None:
        self._stopping = stopping
        self._runner: asyncio.Runner | None = None

    def result_of(self, outcome: T | Awaitable[T], *, may_be_cut_short: bool = False) -> T:
        """Return `outcome`, or wait for what it yields when it is awaitable.

        With `may_be_cut_short` an awaitable is cancelled as soon as it is time to end; raises
        CutShortError then, unless it came to a result all the same.
        """
        if inspect.isgenerator(outcome) or inspect.isasyncgen(outcome):
            # Nothing of its body has run, nor would it ever.
            raise FatalError("the method is a generator: it must not contain `yield`")
        if not isinstance(outcome, Awaitable):
            return outcome
        if self._runner is None:
            self._runner = asyncio.Runner()
        awaitable: Awaitable[T] = outcome
        if may_be_cut_short:
            return self._runner.run(self._until_stopping(awaitable))
        return self._runner.run(_result(awaitable))

    def close(self) -> None:
        """Cancel the tasks that are left, and end the loop."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    async def _until_stopping(self, awaitable: Awaitable[T]) -> T:
        task = asyncio.ensure_future(awaitable)
        stop = asyncio.ensure_future(wait_async(self._stopping, _FOREVER_S))
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
            if task.cancelled():
                raise CutShortError
        return task.result()


async def _result(awaitable: Awaitable[T]) -> T:
    return await awaitable
