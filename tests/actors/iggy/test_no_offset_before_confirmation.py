"""Whatever happens to connection and group: no stored offset skips what no sink has dealt with.

A model of the server, of another member and of a sink drives `HeldPartitions` as an IggyConsumer
does, one turn after the other.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.data_path import BatchWritten
from actors.iggy.assignment import Assignment
from actors.iggy.fetch_size import FetchSize
from actors.iggy.held_partitions import HeldPartitions
from tests.actors.iggy.received import polled

PARTITIONS = (0, 1)


@dataclass(slots=True)
class Partition:
    """A partition on the server; `served` is the last offset that we were given, if any.

    Each of its `logs` begins at offset 0, with nothing stored.
    """

    is_ours: bool = True
    is_pending: bool = False
    stored: int | None = None
    served: int | None = None
    dealt_with: set[int] = field(default_factory=set)
    logs: int = 1

    def is_finished(self) -> bool:
        return self.served is None or (self.stored is not None and self.stored >= self.served)

    def change_owner(self, *, is_ours: bool) -> None:
        self.is_ours, self.is_pending, self.served = is_ours, False, None


@dataclass(slots=True)
class Fetched:
    """A fetch that the sink works on."""

    tenure: int
    offsets: list[int]
    log: int


class World:
    """The server, the other member and the sink; methods named as in `EVENTS` happen."""

    def __init__(self) -> None:
        self.now_s = 0.0
        self.generation = 1
        self.server = {number: Partition() for number in PARTITIONS}
        self.sink: dict[int, list[Fetched]] = defaultdict(list)
        self.on_the_way: list[BatchWritten] = []
        self.fetched_up_to: dict[int, int] = {}
        self.ended: set[int] = set()
        self.stores = 0
        self.held = HeldPartitions(FetchSize(5))

    def turn(self, _: int, count: int) -> None:
        """Do what an IggyConsumer does in one go."""
        for number, offset in self.held.stores(self.now_s).items():
            self._store(number, offset)
        ours = [n for n, each in self.server.items() if each.is_ours and not each.is_pending]
        assigned = Assignment(generation=self.generation, partitions=tuple(ours))
        self.held.assign(assigned, now_s=self.now_s)
        for number in self.held.unread():
            self._end(self.held.start(number, self.server[number].stored, now_s=self.now_s))
        self._poll(count)

    def sink_works(self, number: int, count: int) -> None:
        if not self.sink[number]:
            return
        work = self.sink[number][0]
        done, work.offsets = work.offsets[:count], work.offsets[count:]
        if not work.offsets:
            self.sink[number].pop(0)
        if work.log == self.server[number].logs:
            self.server[number].dealt_with.update(done)
        written = BatchWritten(
            tenure=work.tenure,
            partition_id=number,
            offset=done[-1],
            messages=len(done),
            batches=3 * count,
            took_s=0.1,
        )
        self.on_the_way.append(written)

    def confirmations_arrive(self, _: int, __: int) -> None:
        for written in self.on_the_way:
            self.held.confirm(written, now_s=self.now_s)
        self.on_the_way.clear()

    def time_passes(self, _: int, __: int) -> None:
        self.now_s += 0.06

    def connection_is_lost(self, _: int, __: int) -> None:
        for each in self.server.values():
            each.change_owner(is_ours=True)
        self.generation += 1
        self._end(self.held.let_go())

    def is_purged(self, number: int, _: int) -> None:
        """Lose all messages, and with them the stored offset; that takes a moment."""
        each = self.server[number]
        if each.stored is not None:
            each.stored = each.served = None
            each.dealt_with, each.logs = set(), each.logs + 1
            self.now_s += 0.6

    def other_wants(self, number: int, _: int) -> None:
        """The other member is to have a partition: at once, or when what was served is stored."""
        each = self.server[number]
        if each.is_ours and not each.is_finished():
            each.is_pending = True
        else:
            each.change_owner(is_ours=False)
        self.generation += 1

    def rebalancing_times_out(self, number: int, _: int) -> None:
        if self.server[number].is_pending:
            self.server[number].change_owner(is_ours=False)
            self.generation += 1

    def other_works(self, number: int, count: int) -> None:
        each = self.server[number]
        if not each.is_ours:
            begin = each.stored + 1 if each.stored else 0
            each.dealt_with.update(range(begin, begin + count))
            each.stored = begin + count - 1

    def other_leaves(self, number: int, _: int) -> None:
        each = self.server[number]
        if not each.is_ours:
            each.change_owner(is_ours=True)
        each.is_pending = False
        self.generation += 1

    def other_had_it_for_a_while(self, number: int, count: int) -> None:
        """Let all of it happen between two of our turns."""
        self.server[number].change_owner(is_ours=False)
        self.other_works(number, count)
        self.other_leaves(number, count)

    def _store(self, number: int, offset: int) -> None:
        each = self.server[number]
        if not each.is_ours:
            self._end(self.held.lose([number]))
            return
        assert set(range(offset + 1)) <= each.dealt_with, "an offset before its confirmation"
        each.stored = offset
        self.stores += 1
        self.held.stored(number, offset, now_s=self.now_s)
        if each.is_pending and each.is_finished():
            each.change_owner(is_ours=False)
            self.generation += 1

    def _poll(self, count: int) -> None:
        for order in self.held.polls():
            each = self.server[order.partition_id]
            if not each.is_ours or each.is_pending:
                continue
            offsets = list(range(order.offset, order.offset + min(count, order.count)))
            tenure = self.held.fetched(order.partition_id, polled(offsets))
            assert tenure is not None
            assert tenure not in self.ended
            if tenure in self.fetched_up_to:
                assert order.offset == self.fetched_up_to[tenure] + 1
            else:
                assert order.offset == (each.stored + 1 if each.stored else 0)
            self.fetched_up_to[tenure] = each.served = offsets[-1]
            self.sink[order.partition_id].append(Fetched(tenure, offsets, each.logs))
            return

    def _end(self, tenures: frozenset[int]) -> None:
        assert not tenures & self.ended
        self.ended |= tenures
        for number, work in self.sink.items():
            self.sink[number] = [fetched for fetched in work if fetched.tenure not in tenures]


Event = Callable[[World, int, int], None]

EVENTS: list[Event] = [
    *[World.turn, World.sink_works] * 5,
    *[World.confirmations_arrive] * 3,
    World.time_passes,
    World.connection_is_lost,
    World.is_purged,
    World.other_wants,
    World.rebalancing_times_out,
    World.other_works,
    World.other_leaves,
    World.other_had_it_for_a_while,
]
HAPPENS = st.tuples(st.sampled_from(EVENTS), st.sampled_from(PARTITIONS), st.integers(1, 6))


@settings(max_examples=200, deadline=None)
@given(st.lists(HAPPENS, min_size=60, max_size=120))
def test_no_stored_offset_skips_what_no_sink_has_dealt_with(
    story: list[tuple[Event, int, int]],
) -> None:
    world = World()
    for event, number, count in story:
        event(world, number, count)


def test_the_model_stores_when_nothing_goes_wrong() -> None:
    world = World()
    for _ in range(50):
        for event in (World.turn, World.turn, World.time_passes):
            event(world, 0, 5)
        for number in PARTITIONS:
            world.sink_works(number, 5)
        world.confirmations_arrive(0, 0)
    assert world.stores > 50
    assert all(len(each.dealt_with) > 100 for each in world.server.values())
