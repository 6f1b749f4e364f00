"""Plugins as the runtime calls them: every method blocks until its work is done.

Authors may write any method of a plugin with `async def`; whoever calls a plugin does so through
these classes, since a call whose result nobody awaits does nothing at all.
"""

from connectors.batch import Batch
from connectors.errors import RetryableError
from connectors.plugin import Sink, Source
from connectors.plugin_loop import CutShortError, PluginLoop
from connectors.produced import Produced

_OPEN_WAS_CUT_SHORT = "open was cancelled: the connector is to end"


class BlockingSink:
    """Calls a sink; all calls must come from one thread, and none after `close`."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._loop = PluginLoop(sink.stopping)

    def open(self) -> None:
        """Open it. An `async def` is cancelled when it is time to end: RetryableError."""
        try:
            self._loop.result_of(self._sink.open(), may_be_cut_short=True)
        except CutShortError:
            raise RetryableError(_OPEN_WAS_CUT_SHORT) from None

    def consume(self, batch: Batch) -> None:
        """Return when the sink has dealt with `batch`; it is never cut short."""
        self._loop.result_of(self._sink.consume(batch))

    def close(self) -> None:
        """Close it, and its loop."""
        try:
            self._loop.result_of(self._sink.close())
        finally:
            self._loop.close()


class BlockingSource:
    """Calls a source; all calls must come from one thread, and none after `close`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._loop = PluginLoop(source.stopping)

    def open(self, state: bytes | None) -> None:
        """Open it. An `async def` is cancelled when it is time to end: RetryableError."""
        try:
            self._loop.result_of(self._source.open(state), may_be_cut_short=True)
        except CutShortError:
            raise RetryableError(_OPEN_WAS_CUT_SHORT) from None

    def poll(self) -> Produced | None:
        """Return the next records; an `async def` is cancelled when it is time to end: None."""
        try:
            return self._loop.result_of(self._source.poll(), may_be_cut_short=True)
        except CutShortError:
            return None

    def on_batch_result(self, accepted: bool) -> None:
        """Tell it what became of the last batch."""
        self._loop.result_of(self._source.on_batch_result(accepted))

    def close(self) -> None:
        """Close it, and its loop."""
        try:
            self._loop.result_of(self._source.close())
        finally:
            self._loop.close()
