"""What a sink has dealt with and not told yet: told together, at most 10 batches or 100 ms late.

Where offsets are to be stored already after polling, a fetch is told as soon as the sink has it.
"""

from actors.core import Ref, Timer, tell
from actors.data_path import BatchWritten, Fetch

_TELL_AFTER_BATCHES = 5
_TELL_AFTER_S = 0.05


class SinkProgress:
    """Belongs to one SinkConnector and is used in its thread only; holds one fetch at a time."""

    def __init__(self, timer: Timer, *, is_early: bool = False) -> None:
        self.is_early = is_early
        self._timer = timer
        self._told_at_s = timer.now_s()
        self._consumer: Ref | None = None
        self._written: BatchWritten | None = None

    def fetched(self, consumer: Ref, fetch: Fetch) -> None:
        """Take note that the sink has a fetch."""
        if self.is_early:
            written = BatchWritten(
                tenure=fetch.tenure,
                partition_id=fetch.partition_id,
                offset=fetch.messages[-1].offset(),
                messages=len(fetch.messages),
                batches=1,
                took_s=None,
            )
            tell(consumer, written)

    def add(self, consumer: Ref, fetch: Fetch, *, end: int, messages: int, took_s: float) -> None:
        """Take note of a slice of `fetch` of so many messages, that ends before index `end`."""
        if self.is_early:
            return
        before = self._written
        self._consumer = consumer
        self._written = BatchWritten(
            tenure=fetch.tenure,
            partition_id=fetch.partition_id,
            offset=fetch.messages[end - 1].offset(),
            messages=messages + (before.messages if before else 0),
            batches=1 + (before.batches if before else 0),
            took_s=took_s + ((before.took_s or 0) if before else 0),
        )
        is_late = self._timer.now_s() - self._told_at_s >= _TELL_AFTER_S
        if self._written.batches >= _TELL_AFTER_BATCHES or is_late:
            self.flush()

    def flush(self) -> None:
        """Tell the consumer, who stores it."""
        if self._consumer is not None and self._written is not None:
            tell(self._consumer, self._written)
        self._written = None
        self._told_at_s = self._timer.now_s()
