"""The partitions a consumer holds: what is to be stored, read and polled next."""

import itertools
from collections.abc import Iterable
from dataclasses import replace

from actors.data_path import BatchWritten
from actors.iggy.assignment import Assignment
from actors.iggy.consumer_turn import PollOrder
from actors.iggy.fetch_size import FetchSize
from actors.iggy.offset_notes import OffsetNotes
from actors.iggy.polled import Polled
from actors.iggy.tenure import Tenure

# The sink coalesces too: together at most 10 batches or 100 ms.
_STORE_AFTER_BATCHES = 5
_STORE_AFTER_S = 0.05
_PROBE_INTERVAL_S = 1.0
# Before a store it is seen to that the server has what was stored last: a purge takes that away,
# and an offset of before would skip what was sent after it.
_CHECKED_FOR_S = 0.5


class HeldPartitions:
    """Belongs to one IggyConsumer and is used in its thread only; times are monotonic seconds.

    `notes` outlast connections: they know where to begin below what is stored.
    """

    def __init__(self, size: FetchSize) -> None:
        self.notes = OffsetNotes()
        self._size = size
        self._numbers = itertools.count(1)
        self._generation: int | None = None
        self._tenures: dict[int, Tenure] = {}
        self._unread: set[int] = set()
        self._next = 0

    def let_go(self) -> frozenset[int]:
        """Forget everything, since the connection is gone; return the tenures that ended."""
        ended = frozenset(tenure.number for tenure in self._tenures.values())
        self._tenures.clear()
        self._unread.clear()
        self._generation = None
        return ended

    def lose(self, partition_ids: Iterable[int]) -> frozenset[int]:
        """Forget partitions that others have; return the tenures that ended."""
        lost = [self._tenures.pop(number) for number in partition_ids if number in self._tenures]
        self._unread.difference_update(tenure.partition_id for tenure in lost)
        return frozenset(tenure.number for tenure in lost)

    def assign(self, assignment: Assignment, *, now_s: float) -> bool:
        """Take over what was gained, and finish what was taken away.

        Returns whether the generation is another one. Then another member may have had the
        partitions meanwhile: what was polled under the old one is void, and the stored offsets of
        all partitions are read again. Else those that were not stored or read just now: a topic
        that was purged begins at 0 again, which only its stored offsets tell.
        """
        if assignment.generation == self._generation:
            stored = [tenure for tenure in self._tenures.values() if tenure.stored is not None]
            self._unread.update(t.partition_id for t in stored if _is_old(t, now_s))
            return False
        self._generation = assignment.generation
        for partition_id in assignment.partitions:
            if partition_id not in self._tenures:
                self._tenures[partition_id] = self._new_tenure(partition_id)
        for tenure in self._tenures.values():
            tenure.is_assigned = tenure.partition_id in assignment.partitions
            tenure.probe_at_s = 0.0
        self._drop_finished()
        self._unread = set(self._tenures)
        return True

    def unread(self) -> tuple[int, ...]:
        """Return the partitions whose stored offset is to be read."""
        return tuple(sorted(self._unread))

    def start(self, partition_id: int, stored: int | None, *, now_s: float) -> frozenset[int]:
        """Begin at the stored offset just read, or go on; return the tenure that this ended."""
        tenure = self._tenures.get(partition_id)
        self._unread.discard(partition_id)
        if tenure is None:
            return frozenset()
        tenure.checked_at_s = now_s
        ended = frozenset[int]()
        if tenure.position is not None:
            if tenure.stored == stored:
                return ended
            ended = frozenset({tenure.number})
            tenure = self._tenures[partition_id] = replace(
                self._new_tenure(partition_id),
                is_assigned=tenure.is_assigned,
                served=tenure.served,
                checked_at_s=now_s,
            )
        tenure.begin_at(stored, self.notes.limit(partition_id))
        tenure.is_fresh = stored is not None
        self._drop_finished()
        return ended

    def served(self, partition_id: int, polled: Polled) -> None:
        """Take note of what the server waits for, should it take the partition away."""
        tenure = self._tenures.get(partition_id)
        if tenure is not None:
            offset = polled.messages[-1].offset()
            tenure.served = offset if tenure.served is None else max(tenure.served, offset)

    def fetched(self, partition_id: int, polled: Polled) -> int | None:
        """Take note of a fetch; return its tenure, None when the partition is no longer held."""
        tenure = self._tenures.get(partition_id)
        if tenure is None or tenure.position is None:
            return None
        tenure.position = polled.messages[-1].offset() + 1
        tenure.fetched += len(polled.messages)
        self._next = partition_id + 1
        return tenure.number

    def is_leaving(self, partition_id: int) -> bool:
        """Tell whether the partition was taken away and is still to be finished."""
        tenure = self._tenures.get(partition_id)
        return tenure is not None and not tenure.is_assigned

    def confirm(self, written: BatchWritten, *, now_s: float) -> None:
        """Take note of what the sink has dealt with, unless that tenure has ended."""
        tenure = self._tenures.get(written.partition_id)
        if tenure is None or tenure.number != written.tenure:
            return
        tenure.fetched -= written.messages
        tenure.unstored_batches += written.batches
        if not tenure.has_unstored():
            tenure.unstored_since_s = now_s
        tenure.confirmed = written.offset

    def stores(self, now_s: float, *, all_of_them: bool = False) -> dict[int, int]:
        """Return the offsets that are to be stored now, by partition.

        Of a partition that was taken away while the sink has something of it, what the server has
        is stored again once a second: when that is refused, the partition is gone. What has not
        been checked for a while is `unread` first.
        """
        due: dict[int, int] = {}
        for tenure in self._tenures.values():
            is_due = self._is_due(tenure, now_s) or (all_of_them and tenure.has_unstored())
            if tenure.confirmed is None or not is_due:
                continue
            if tenure.stored is not None and _is_old(tenure, now_s):
                self._unread.add(tenure.partition_id)
            elif tenure.partition_id not in self._unread:
                due[tenure.partition_id] = tenure.confirmed
                tenure.probe_at_s = now_s + _PROBE_INTERVAL_S
        return due

    def probes(self, now_s: float) -> tuple[int, ...]:
        """Return of which partitions to find out whether they are ours, having stored nothing."""
        due = [
            tenure
            for tenure in self._tenures.values()
            if tenure.confirmed is None and self._is_due(tenure, now_s)
        ]
        for tenure in due:
            tenure.probe_at_s = now_s + _PROBE_INTERVAL_S
        return tuple(tenure.partition_id for tenure in due)

    def next_store_s(self) -> float | None:
        """Return when the next store is due, None when there is none to come."""
        times_s = map(self._store_at_s, self._tenures.values())
        return min((at_s for at_s in times_s if at_s is not None), default=None)

    def stored(self, partition_id: int, offset: int, *, now_s: float) -> None:
        """Take note that the server has an offset."""
        self.notes.stored(partition_id, offset)
        tenure = self._tenures.get(partition_id)
        if tenure is not None:
            tenure.stored = offset
            tenure.checked_at_s = now_s
            tenure.unstored_batches = 0
            tenure.is_fresh = False
        self._drop_finished()

    def settle(self) -> None:
        """Keep notes only of partitions of which what the server has may not be durable yet.

        Not while a group is held by the dead: nobody can store on their partitions.
        """
        fresh = {t.partition_id for t in self._tenures.values() if t.is_fresh}
        self.notes.keep_only(fresh | self._unread)

    def polls(self) -> tuple[PollOrder, ...]:
        """Return what may be polled, in turns; nothing of which the sink has enough.

        Of a partition that was taken away only what was served of it, and that first.
        """
        ahead, count = self._size.ahead(), self._size.next_count()
        pollable = sorted(
            (
                tenure
                for tenure in self._tenures.values()
                if (tenure.is_assigned or tenure.is_owed())
                and tenure.partition_id not in self._unread
                and (tenure.fetched == 0 or tenure.fetched + count <= ahead)
            ),
            key=lambda t: (t.is_assigned, t.partition_id < self._next, t.partition_id),
        )
        return tuple(_poll(tenure, count) for tenure in pollable)

    def _new_tenure(self, partition_id: int) -> Tenure:
        return Tenure(number=next(self._numbers), partition_id=partition_id)

    def _store_at_s(self, tenure: Tenure) -> float | None:
        if tenure.is_fresh and tenure.can_repeat_store():
            return 0.0
        if tenure.has_unstored():
            is_urgent = not tenure.is_assigned or tenure.unstored_batches >= _STORE_AFTER_BATCHES
            return 0.0 if is_urgent else tenure.unstored_since_s + _STORE_AFTER_S
        if tenure.is_assigned or not (tenure.fetched or tenure.is_owed()):
            return None
        return tenure.probe_at_s

    def _is_due(self, tenure: Tenure, now_s: float) -> bool:
        at_s = self._store_at_s(tenure)
        return at_s is not None and at_s <= now_s

    def _drop_finished(self) -> None:
        for partition_id in [t.partition_id for t in self._tenures.values() if t.is_finished()]:
            del self._tenures[partition_id]


def _poll(tenure: Tenure, count: int) -> PollOrder:
    assert tenure.position is not None  # noqa: S101
    if not tenure.is_assigned and tenure.served is not None:
        count = min(count, tenure.served - tenure.position + 1)
    return PollOrder(
        partition_id=tenure.partition_id,
        offset=tenure.position,
        count=count,
        as_member=tenure.is_assigned,
    )


def _is_old(tenure: Tenure, now_s: float) -> bool:
    return now_s - tenure.checked_at_s > _CHECKED_FOR_S
