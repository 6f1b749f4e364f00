"""Examples of what a consumer knows of its partitions; times are seconds of no clock."""

import pytest

from actors.data_path import BatchWritten
from actors.iggy.assignment import Assignment
from actors.iggy.consumer_turn import PollOrder
from actors.iggy.fetch_size import FetchSize
from actors.iggy.held_partitions import HeldPartitions
from tests.actors.iggy.received import polled

BATCH = 5
LONG_S = 0.11


def holding(*stored: int | None, generation: int = 1) -> HeldPartitions:
    """Hold partitions 0, 1, … with these stored offsets."""
    partitions = HeldPartitions(FetchSize(BATCH))
    assign(partitions, *range(len(stored)), generation=generation)
    for partition_id in partitions.unread():
        partitions.start(partition_id, stored[partition_id], now_s=0)
    return partitions


def assign(
    partitions: HeldPartitions, *partition_ids: int, generation: int, now_s: float = 0
) -> None:
    partitions.assign(Assignment(generation=generation, partitions=partition_ids), now_s=now_s)


def fetch(partitions: HeldPartitions, partition_id: int, *offsets: int) -> int | None:
    return partitions.fetched(partition_id, polled(offsets))


def confirm(
    partitions: HeldPartitions,
    tenure: int | None,
    offset: int,
    *,
    messages: int,
    batches: int = 1,
    now_s: float = 0,
    partition_id: int = 0,
) -> None:
    assert tenure is not None
    written = BatchWritten(
        tenure=tenure,
        partition_id=partition_id,
        offset=offset,
        messages=messages,
        batches=batches,
        took_s=1.0,
    )
    partitions.confirm(written, now_s=now_s)


def polls(partitions: HeldPartitions) -> list[tuple[int, int]]:
    return [(order.partition_id, order.offset) for order in partitions.polls()]


@pytest.mark.parametrize(("stored", "position"), [(None, 0), (0, 0), (1, 2), (41, 42)])
def test_a_partition_begins_after_what_is_stored_but_for_offset_0(
    stored: int | None, position: int
) -> None:
    assert holding(stored).polls() == (PollOrder(partition_id=0, offset=position, count=BATCH),)


def test_nothing_is_polled_before_the_stored_offset_was_read() -> None:
    partitions = HeldPartitions(FetchSize(BATCH))
    assign(partitions, 0, 1, generation=1)
    assert partitions.unread() == (0, 1)
    partitions.start(0, None, now_s=0)
    assert partitions.unread() == (1,)
    assert polls(partitions) == [(0, 0)]


def test_partitions_take_turns() -> None:
    partitions = holding(9, 9, 9)
    assert polls(partitions) == [(0, 10), (1, 10), (2, 10)]
    confirm(partitions, fetch(partitions, 0, 10, 11), 11, messages=2)
    assert polls(partitions) == [(1, 10), (2, 10), (0, 12)]


def test_of_a_partition_the_sink_has_enough_until_it_confirms() -> None:
    partitions = holding(None)
    tenure = fetch(partitions, 0, *range(BATCH))
    assert polls(partitions) == []
    confirm(partitions, tenure, 3, messages=4)
    assert polls(partitions) == []
    confirm(partitions, tenure, 4, messages=1)
    assert polls(partitions) == [(0, 5)]


def test_one_batch_is_stored_late_and_many_at_once() -> None:
    partitions = holding(None)
    tenure = fetch(partitions, 0, *range(20))
    confirm(partitions, tenure, 0, messages=1, now_s=50)
    assert partitions.stores(50) == {}
    assert partitions.stores(50 + LONG_S) == {0: 0}
    due_s = partitions.next_store_s()
    assert due_s is not None
    assert 50 < due_s <= 50.1
    confirm(partitions, tenure, 9, messages=9, batches=9, now_s=50)
    assert partitions.stores(50) == {0: 9}
    partitions.stored(0, 9, now_s=0)
    assert partitions.stores(1000) == {}
    assert partitions.next_store_s() is None


def test_at_the_end_all_that_is_confirmed_is_stored_now() -> None:
    partitions = holding(None)
    confirm(partitions, fetch(partitions, 0, 0, 1), 0, messages=1)
    assert partitions.stores(0) == {}
    assert partitions.stores(0, all_of_them=True) == {0: 0}


def test_what_was_confirmed_while_a_store_was_under_way_is_stored_next() -> None:
    partitions = holding(None)
    tenure = fetch(partitions, 0, *range(4))
    confirm(partitions, tenure, 1, messages=2)
    confirm(partitions, tenure, 2, messages=1)
    partitions.stored(0, 1, now_s=0)
    assert partitions.stores(LONG_S) == {0: 2}


def test_a_partition_that_was_taken_away_is_finished_and_then_forgotten() -> None:
    partitions = holding(None, None)
    tenure = fetch(partitions, 0, 0, 1)
    assign(partitions, 1, generation=2)
    assert partitions.unread() == (0, 1)
    for partition_id in (0, 1):
        partitions.start(partition_id, None, now_s=0)
    assert polls(partitions) == [(1, 0)]
    confirm(partitions, tenure, 0, messages=1)
    assert partitions.stores(0) == {0: 0}
    partitions.stored(0, 0, now_s=0)
    confirm(partitions, tenure, 1, messages=1)
    assert partitions.stores(0) == {0: 1}
    partitions.stored(0, 1, now_s=0)
    assert partitions.let_go() == {2}


def test_a_partition_that_was_taken_away_unused_is_forgotten_at_once() -> None:
    partitions = holding(None, None)
    assign(partitions, 1, generation=2)
    assert partitions.unread() == (1,)
    assert partitions.let_go() == {2}


def test_after_a_loss_no_confirmation_of_before_counts() -> None:
    partitions = holding(3)
    tenure = fetch(partitions, 0, 4, 5)
    assert partitions.let_go() == {tenure}
    assert (polls(partitions), partitions.unread()) == ([], ())
    assign(partitions, 0, generation=1)
    assert partitions.start(0, 3, now_s=0) == frozenset()
    confirm(partitions, tenure, 5, messages=2, batches=10)
    assert partitions.stores(0, all_of_them=True) == {0: 3}
    assert polls(partitions) == [(0, 4)]


def test_a_new_generation_reads_again_and_goes_on_where_nobody_else_was() -> None:
    partitions = holding(3)
    tenure = fetch(partitions, 0, 4, 5)
    assign(partitions, 0, generation=2)
    assert (polls(partitions), partitions.unread()) == ([], (0,))
    assert partitions.start(0, 3, now_s=0) == frozenset()
    confirm(partitions, tenure, 5, messages=2)
    assert partitions.stores(LONG_S) == {0: 5}


def test_where_somebody_else_was_meanwhile_a_new_tenure_begins() -> None:
    partitions = holding(3)
    tenure = fetch(partitions, 0, 4, 5)
    confirm(partitions, tenure, 4, messages=1)
    assign(partitions, 0, generation=2)
    assert partitions.stores(0, all_of_them=True) == {}, "it is read before"
    assert partitions.start(0, 8, now_s=0) == {tenure}
    confirm(partitions, tenure, 5, messages=2, batches=10)
    assert partitions.stores(0, all_of_them=True) == {0: 8}
    assert polls(partitions) == [(0, 9)]


def test_the_same_generation_again_has_offsets_read_again_where_something_was_stored() -> None:
    partitions = holding(3, 3, None, generation=7)
    fetch(partitions, 1, 4)
    assign(partitions, 0, 1, 2, generation=7, now_s=0.4)
    assert partitions.unread() == ()
    assign(partitions, 0, 1, 2, generation=7, now_s=1)
    assert partitions.unread() == (0, 1)
    assert partitions.start(0, 3, now_s=0) == frozenset()
    assert partitions.start(1, 3, now_s=0) == frozenset()
    assert polls(partitions) == [(2, 0), (0, 4)]


@pytest.mark.parametrize("fetched", [(), (4, 5)])
def test_a_purged_partition_begins_at_0_whatever_the_sink_has_of_it(fetched: tuple[int]) -> None:
    partitions = holding(3, generation=7)
    if fetched:
        fetch(partitions, 0, *fetched)
    assign(partitions, 0, generation=7)
    assert partitions.start(0, None, now_s=0) == {1}
    assert polls(partitions) == [(0, 0)]


def test_what_was_stored_is_checked_before_the_next_store_unless_that_was_just_seen() -> None:
    partitions = holding(None)
    tenure = fetch(partitions, 0, *range(10))
    confirm(partitions, tenure, 3, messages=4)
    assert partitions.stores(5) == {0: 3}
    partitions.stored(0, 3, now_s=5)
    confirm(partitions, tenure, 4, messages=1, now_s=5)
    assert partitions.stores(5.4) == {0: 4}
    partitions.stored(0, 4, now_s=5.4)
    confirm(partitions, tenure, 5, messages=1, now_s=6)
    assert (partitions.stores(6.1), partitions.unread()) == ({}, (0,))
    assert partitions.start(0, 4, now_s=6.1) == frozenset()
    assert partitions.stores(6.1) == {0: 5}


def test_after_a_purge_nothing_is_stored_that_was_fetched_before_it() -> None:
    partitions = holding(3)
    tenure = fetch(partitions, 0, 4, 5)
    confirm(partitions, tenure, 5, messages=2, now_s=1)
    assert partitions.stores(2, all_of_them=True) == {}
    assert partitions.start(0, None, now_s=2) == {tenure}
    assert partitions.stores(3, all_of_them=True) == {}


def test_what_was_taken_away_and_is_stored_otherwise_now_is_gone() -> None:
    partitions = holding(3, None)
    tenure = fetch(partitions, 0, 4)
    assign(partitions, 1, generation=2)
    assert partitions.start(0, 9, now_s=1) == {tenure}
    assert polls(partitions) == []
    assert fetch(partitions, 0, 5) is None


def test_what_others_have_is_lost_with_all_that_was_to_be_stored() -> None:
    partitions = holding(None, None)
    tenure = fetch(partitions, 0, 0)
    confirm(partitions, tenure, 0, messages=1)
    assert partitions.lose([0, 7]) == {tenure}
    assert partitions.stores(1000, all_of_them=True) == {}
    assert fetch(partitions, 0, 1) is None


def test_what_was_read_of_a_partition_gained_is_stored_again_at_once() -> None:
    partitions = holding(3, None)
    assert partitions.next_store_s() == 0
    assert partitions.stores(0) == {0: 3}
    partitions.stored(0, 3, now_s=0)
    assert partitions.stores(1000) == {}


def test_a_0_is_stored_again_as_soon_as_there_is_a_message() -> None:
    partitions = holding(0)
    assert (partitions.stores(0), partitions.next_store_s()) == ({}, None)
    fetch(partitions, 0, 0, 1)
    assert partitions.stores(0) == {0: 0}


def test_a_note_is_kept_until_what_is_stored_is_durable_and_no_longer_for_another_partition() -> (
    None
):
    partitions = HeldPartitions(FetchSize(BATCH))
    for stored in ({0: 0, 1: 10, 2: 20}, {0: 9, 1: 14, 2: 24}):
        partitions.notes.connected(stored)
    assign(partitions, 0, 1, generation=1)
    partitions.settle()
    assert partitions.notes.limits() == {0: 0, 1: 10}
    partitions.start(0, 9, now_s=0)
    partitions.start(1, 14, now_s=0)
    partitions.stored(1, 10, now_s=0)
    partitions.settle()
    assert partitions.notes.limits() == {0: 0}
    assert partitions.notes.limit(1) is None


def test_reading_again_before_that_store_changes_nothing() -> None:
    partitions = holding(3)
    tenure = fetch(partitions, 0, 4)
    assign(partitions, 0, generation=2)
    assert partitions.start(0, 3, now_s=0) == frozenset()
    assert partitions.stores(0) == {0: 3}
    confirm(partitions, tenure, 4, messages=1)
    assert partitions.stores(0) == {0: 4}


def test_a_partition_begins_at_its_note_where_that_is_lower_and_stores_it() -> None:
    partitions = HeldPartitions(FetchSize(BATCH))
    partitions.notes.connected({0: 10})
    partitions.notes.connected({0: 14})
    assign(partitions, 0, generation=1)
    partitions.start(0, 14, now_s=0)
    assert polls(partitions) == [(0, 11)]
    assert partitions.stores(0) == {0: 10}
    partitions.stored(0, 10, now_s=0)
    assert partitions.notes.limits() == {}


def test_a_partition_taken_away_is_probed_once_a_second_while_the_sink_works_on_it() -> None:
    partitions = holding(3, None)
    partitions.stored(0, 3, now_s=5)
    tenure = fetch(partitions, 0, 4, 5)
    assert partitions.stores(5) == {}
    assign(partitions, 1, generation=2)
    partitions.start(0, 3, now_s=5)
    assert partitions.stores(5) == {0: 3}
    partitions.stored(0, 3, now_s=5)
    assert partitions.stores(5.9) == {}
    assert partitions.next_store_s() == 6
    assert (partitions.stores(6), partitions.unread()) == ({}, (0, 1))
    partitions.start(0, 3, now_s=6)
    assert partitions.stores(6) == {0: 3}
    assert partitions.stores(6.4, all_of_them=True) == {}
    confirm(partitions, tenure, 5, messages=2)
    assert partitions.stores(6.4) == {0: 5}
    partitions.stored(0, 5, now_s=6.4)
    assert partitions.next_store_s() is None


def test_where_nothing_was_ever_stored_ownership_is_asked_for_once_a_second() -> None:
    partitions = holding(None)
    tenure = fetch(partitions, 0, 0)
    assert partitions.probes(5) == ()
    assign(partitions, generation=2)
    assert (partitions.stores(5), partitions.probes(5)) == ({}, (0,))
    assert partitions.probes(5.9) == ()
    assert partitions.next_store_s() == 6
    assert partitions.probes(6) == (0,)
    partitions.start(0, None, now_s=6)
    confirm(partitions, tenure, 0, messages=1)
    assert (partitions.stores(7), partitions.probes(7)) == ({0: 0}, ())


def test_what_was_served_and_waits_is_polled_from_outside_when_its_partition_is_taken_away() -> (
    None
):
    partitions = holding(None, None)
    partitions.served(1, polled([0, 1]))
    assert [order.as_member for order in partitions.polls()] == [True, True]
    assign(partitions, 0, generation=2)
    for partition_id in (0, 1):
        partitions.start(partition_id, None, now_s=0)
    assert partitions.polls() == (
        PollOrder(partition_id=1, offset=0, count=2, as_member=False),
        PollOrder(partition_id=0, offset=0, count=BATCH),
    )
    assert partitions.probes(0) == (1,), "nothing goes to the sink that others may have"
    tenure = fetch(partitions, 1, 0, 1)
    assert polls(partitions) == [(0, 0)]
    confirm(partitions, tenure, 1, messages=2, partition_id=1)
    assert partitions.stores(0) == {1: 1}
    partitions.stored(1, 1, now_s=0)
    assert not partitions.is_leaving(1)


def test_what_was_served_and_dropped_is_owed_also_where_others_have_stored_meanwhile() -> None:
    partitions = holding(4)
    partitions.served(0, polled(range(5, 10)))
    ended = fetch(partitions, 0, *range(5, 10))
    assert partitions.start(0, 8, now_s=0) == {ended}
    assign(partitions, generation=2)
    partitions.start(0, 8, now_s=0)
    assert partitions.stores(0) == {0: 8}
    assert partitions.polls() == (PollOrder(partition_id=0, offset=9, count=1, as_member=False),)


def test_what_was_served_is_owed_also_when_two_generations_pass_before_its_offset_is_read() -> None:
    partitions = holding(4)
    partitions.served(0, polled(range(5, 10)))
    fetch(partitions, 0, *range(5, 10))
    assign(partitions, 0, generation=2)
    assign(partitions, generation=3)
    partitions.start(0, 6, now_s=0)
    assert polls(partitions) == [(0, 7)]
    partitions.start(0, 9, now_s=0)
    assert not partitions.is_leaving(0)


def test_a_partition_taken_away_is_probed_before_the_sink_gets_what_is_owed_of_it() -> None:
    partitions = holding(4)
    assert partitions.stores(0.4) == {0: 4}
    partitions.stored(0, 4, now_s=0.4)
    partitions.served(0, polled(range(5, 10)))
    assign(partitions, generation=2)
    partitions.start(0, 4, now_s=0.5)
    assert partitions.stores(0.5) == {0: 4}
    assert partitions.lose([0]) == {1}
    assert fetch(partitions, 0, *range(5, 10)) is None
