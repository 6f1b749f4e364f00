"""Sinks and sources as contract suites call them: each call has a time limit.

The calls raise what the plugin raises, and AssertionError for one that does not return.
"""

from concurrent.futures import Future
from functools import partial

from connectors.batch import Batch
from connectors.blocking import BlockingSink, BlockingSource
from connectors.plugin import Sink, Source
from connectors.produced import Produced
from connectors.testing.plugin_thread import PluginThread


class TimedSink:
    """Calls a sink in `thread`."""

    def __init__(self, sink: Sink, thread: PluginThread) -> None:
        self.plugin = sink
        self.thread = thread
        self._sink = BlockingSink(sink)

    def open(self) -> None:
        """Open it."""
        self.thread.result("open", self.begin_open())

    def begin_open(self) -> Future[None]:
        """Open it, without waiting for that."""
        return self.thread.begin(self._sink.open)

    def consume(self, batch: Batch) -> None:
        """Have it consume the batch."""
        self.thread.call("consume", partial(self._sink.consume, batch))

    def close(self) -> None:
        """Close it."""
        self.thread.close(self._sink.close)


class TimedSource:
    """Calls a source in `thread`."""

    def __init__(self, source: Source, thread: PluginThread) -> None:
        self.plugin = source
        self.thread = thread
        self._source = BlockingSource(source)

    def open(self, state: bytes | None = None) -> None:
        """Open it, going on from `state`."""
        self.thread.result("open", self.begin_open(state))

    def begin_open(self, state: bytes | None = None) -> Future[None]:
        """Open it, without waiting for that."""
        return self.thread.begin(partial(self._source.open, state))

    def poll(self) -> Produced | None:
        """Return what it has now."""
        return self.thread.result("poll", self.begin_poll())

    def begin_poll(self) -> Future[Produced | None]:
        """Ask what it has now, without waiting for that."""
        return self.thread.begin(self._source.poll)

    def on_batch_result(self, accepted: bool) -> None:
        """Tell it what became of the last batch."""
        self.thread.call("on_batch_result", partial(self._source.on_batch_result, accepted))

    def close(self) -> None:
        """Close it."""
        self.thread.close(self._source.close)
