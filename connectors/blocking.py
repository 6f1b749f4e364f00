"""Plugins as the runtime calls them: every method blocks until its work is done.

Authors may write any method of a plugin with `async def`; whoever calls a plugin does so through
these classes, since a call whose result nobody awaits does nothing at all.
"""

import inspect
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from connectors.batch import Batch
from connectors.errors import FatalError, RetryableError
from connectors.foreign_error import described, is_ctrl_c
from connectors.plugin import Sink, Source
from connectors.plugin_loop import CutShortError, PluginLoop
from connectors.produced import Produced

T = TypeVar("T")
PluginT = TypeVar("PluginT", bound=Sink | Source)


class PluginError(Exception):
    """A method raised what is no ordinary error (SystemExit, CancelledError): a fault of its own.

    The cause is what it raised, which would end a thread or the whole process.
    """


class _BlockingPlugin(Generic[PluginT]):
    """All calls must come from one thread, and none after `close`."""

    def __init__(self, plugin: PluginT) -> None:
        self._plugin = plugin
        self._loop = PluginLoop(plugin)

    def close(self) -> None:
        """Close it, and its loop."""
        try:
            self._call("close", self._plugin.close)
        finally:
            self._loop.close()

    def _open(self, call: Callable[[], Awaitable[None] | None]) -> None:
        try:
            self._call("open", call, may_be_cut_short=True)
        except CutShortError:
            raise RetryableError("open was cancelled: the connector is to end") from None

    def _call(
        self,
        method: str,
        call: Callable[[], Awaitable[T] | T],
        *,
        may_be_cut_short: bool = False,
    ) -> T:
        """Return what `call`, which calls the plugin's `method`, comes to in the end.

        Raises what that raises, PluginError where it is no ordinary error, and CutShortError.
        """
        name = f"{type(self._plugin).__name__}.{method}"
        try:
            outcome = call()
            if isinstance(outcome, Awaitable):
                outcome = self._loop.result_of(outcome, may_be_cut_short=may_be_cut_short)
        except Exception:
            raise
        except BaseException as error:
            if is_ctrl_c(error):
                raise
            raise PluginError(f"{name} raised {described(error)}") from error
        if inspect.isgenerator(outcome) or inspect.isasyncgen(outcome):
            # Nothing of its body has run, nor would it ever.
            raise FatalError(f"{name} is a generator: it must not contain `yield`")
        return outcome


class BlockingSink(_BlockingPlugin[Sink]):
    """Calls a sink."""

    def open(self) -> None:
        """Open it. An `async def` is cancelled when it is time to end: RetryableError."""
        self._open(self._plugin.open)

    def consume(self, batch: Batch) -> None:
        """Return when the sink has dealt with `batch`; it is never cut short."""
        self._call("consume", lambda: self._plugin.consume(batch))


class BlockingSource(_BlockingPlugin[Source]):
    """Calls a source."""

    def open(self, state: bytes | None) -> None:
        """Open it. An `async def` is cancelled when it is time to end: RetryableError."""
        self._open(lambda: self._plugin.open(state))

    def poll(self) -> Produced | None:
        """Return the next records; an `async def` is cancelled when it is time to end: None."""
        try:
            return self._call("poll", self._plugin.poll, may_be_cut_short=True)
        except CutShortError:
            return None

    def on_batch_result(self, accepted: bool) -> None:
        """Tell it what became of the last batch."""
        self._call("on_batch_result", lambda: self._plugin.on_batch_result(accepted))
