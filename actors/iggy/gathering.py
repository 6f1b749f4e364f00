"""Lets few messages wait for more, so that a sink gets batches that are worth their cost.

What is polled too early is polled again later, with what has come since. Only its tenure keeps
it, so that a lost connection or partition needs no care here.
"""

from dataclasses import dataclass, replace

from actors.iggy.polled import Polled

_LOOKS = 4  # while messages wait; each look costs the messages that are there
_LONGEST_PAUSE_S = 0.5
_SHORTEST_PAUSE_S = 0.001


@dataclass(slots=True, kw_only=True)
class _Waiting:
    first_offset: int
    since_s: float
    poll_at_s: float = 0.0


class Gathering:
    """Belongs to one IggyConsumer and is used in its thread only; times are monotonic seconds.

    A batch has at least `min_batch` messages and at most `batch_length`, unless its first one has
    waited for `linger_s`.
    """

    def __init__(self, *, min_batch: int, linger_s: float, batch_length: int) -> None:
        self._min_batch = min_batch
        self._linger_s = linger_s
        self._batch_length = batch_length
        self._pause_s = min(max(linger_s / _LOOKS, _SHORTEST_PAUSE_S), _LONGEST_PAUSE_S)
        self._waiting: dict[int, _Waiting] = {}

    def poll_at_s(self, partition_id: int) -> float | None:
        """Return when a partition in which messages wait is to be polled again, else None."""
        waiting = self._waiting.get(partition_id)
        return None if waiting is None else waiting.poll_at_s

    def found_nothing(self, partition_id: int, *, now_s: float) -> None:
        """Take note that a poll brought nothing, not even what had been there."""
        waiting = self._waiting.get(partition_id)
        if waiting is not None:
            waiting.poll_at_s = now_s + self._pause_s

    def ripe(self, partition_id: int, polled: Polled, *, most: int, now_s: float) -> Polled | None:
        """Return what of a poll the sink is to get now, None when all of it is to wait.

        `most` is how many messages one poll can bring: there is no sense in waiting for more.
        """
        first_offset = polled.messages[0].offset()
        waiting = self._waiting.get(partition_id)
        if waiting is None or waiting.first_offset != first_offset:
            waiting = _Waiting(first_offset=first_offset, since_s=now_s)
        ends_s = waiting.since_s + self._linger_s
        count = len(polled.messages)
        if now_s < ends_s:
            count = self._count(count, min(self._min_batch, most))
        if not count:
            waiting.poll_at_s = min(now_s + self._pause_s, ends_s)
            self._waiting[partition_id] = waiting
            return None
        self._waiting.pop(partition_id, None)
        return polled if count == len(polled.messages) else _begin_of(polled, count)

    def _count(self, count: int, wanted: int) -> int:
        """Return how many of `count` messages make batches with at least `wanted` each."""
        rest = count % self._batch_length
        return count if rest == 0 or rest >= wanted else count - rest


def _begin_of(polled: Polled, count: int) -> Polled:
    return replace(polled, messages=polled.messages[:count])
