"""What waits for more messages, for how long, and what is handed over then."""

from hypothesis import given, settings
from hypothesis import strategies as st

from actors.iggy.gathering import Gathering
from tests.actors.iggy.received import polled

MOST = 1000


def gathering(min_batch: int = 10, *, batch_length: int = 20, linger_s: float = 1.0) -> Gathering:
    return Gathering(min_batch=min_batch, linger_s=linger_s, batch_length=batch_length)


def ripe(
    one: Gathering, offsets: range, now_s: float, *, partition_id: int = 0, most: int = MOST
) -> list[int]:
    found = one.ripe(partition_id, polled(offsets), most=most, now_s=now_s)
    return [] if found is None else [message.offset() for message in found.messages]


def test_without_a_least_size_nothing_waits() -> None:
    assert ripe(gathering(1), range(1), now_s=5.0) == [0]


def test_few_messages_wait_until_there_are_enough() -> None:
    one = gathering()

    assert ripe(one, range(9), now_s=5.0) == []
    assert ripe(one, range(10), now_s=5.5) == list(range(10))
    assert one.poll_at_s(0) is None


def test_few_messages_wait_no_longer_than_the_first_may() -> None:
    one = gathering()

    assert ripe(one, range(3), now_s=5.0) == []
    assert ripe(one, range(7), now_s=5.9) == []
    assert one.poll_at_s(0) == 6.0
    assert ripe(one, range(7), now_s=6.0) == list(range(7))


def test_each_partition_waits_by_itself() -> None:
    one = gathering()
    ripe(one, range(3), now_s=5.0)

    assert ripe(one, range(3), now_s=6.5, partition_id=1) == []
    assert ripe(one, range(3), now_s=6.5) == [0, 1, 2]


def test_the_wait_begins_anew_with_another_first_message() -> None:
    one = gathering()
    ripe(one, range(3), now_s=5.0)

    assert ripe(one, range(3, 6), now_s=6.5) == []


def test_a_rest_that_is_too_small_for_a_batch_waits_for_the_next() -> None:
    assert ripe(gathering(), range(45), now_s=5.0) == list(range(40))
    assert ripe(gathering(), range(55), now_s=5.0) == list(range(55))
    assert ripe(gathering(), range(40), now_s=5.0) == list(range(40))


def test_nothing_waits_for_more_than_a_poll_can_bring() -> None:
    assert ripe(gathering(), range(4), now_s=5.0, most=4) == [0, 1, 2, 3]


def test_a_partition_in_which_messages_wait_is_looked_at_a_few_times() -> None:
    one = gathering()
    ripe(one, range(3), now_s=5.0)

    assert one.poll_at_s(0) == 5.25
    one.found_nothing(0, now_s=7.0)
    assert one.poll_at_s(0) == 7.25


def test_a_partition_without_messages_does_not_wait() -> None:
    one = gathering()
    one.found_nothing(0, now_s=5.0)

    assert one.poll_at_s(0) is None


def test_a_long_wait_is_looked_at_twice_a_second() -> None:
    one = gathering(linger_s=60.0)
    ripe(one, range(3), now_s=5.0)

    assert one.poll_at_s(0) == 5.5


@settings(max_examples=100, deadline=None)
@given(
    arrivals=st.lists(st.integers(0, 50), min_size=1, max_size=30),
    min_batch=st.integers(1, 20),
)
def test_every_message_is_handed_over_once_in_batches_that_are_large_or_late(
    arrivals: list[int], min_batch: int
) -> None:
    one = gathering(min_batch)
    position, end, now_s = 0, 0, 0.0
    arrived_s: dict[int, float] = {}
    for count in [*arrivals, 0, 0, 0, 0, 0, 0]:
        now_s += 0.3
        arrived_s |= dict.fromkeys(range(end, end + count), now_s)
        end += count
        if position == end:
            continue
        offsets = ripe(one, range(position, end), now_s)
        assert offsets == list(range(position, position + len(offsets)))
        if offsets and len(offsets) < min_batch:
            assert now_s - arrived_s[position] >= 1.0
        position += len(offsets)
    assert position == end
