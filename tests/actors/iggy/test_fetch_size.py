import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actors.iggy.fetch_size import FetchSize
from tests.actors.iggy.received import received

MIB = 1024 * 1024
QUICK = settings(max_examples=50, deadline=None)


def learnt(batch_length: int, *, per_s: int = 0, size_bytes: int = 0) -> FetchSize:
    size = FetchSize(batch_length)
    if per_s:
        size.learn_speed(per_s, 1.0)
    if size_bytes:
        size.learn_sizes(received(range(5), size_bytes=size_bytes))
    return size


@pytest.mark.parametrize(
    ("size", "ahead", "count"),
    [
        (learnt(1000), 100, 100),
        (learnt(10), 10, 10),
        (learnt(10, size_bytes=200), 10, 10),
        (learnt(1000, per_s=300, size_bytes=200), 1000, 1000),
        (learnt(100, per_s=3_000, size_bytes=200), 3_000, 990),
        (learnt(100, per_s=40_000, size_bytes=100), 40_000, 10_000),
        (learnt(100, per_s=900_000, size_bytes=200), 20_971, 10_000),
        (learnt(8_000, per_s=9_000, size_bytes=200), 9_000, 8_000),
        (learnt(1000, size_bytes=MIB), 4, 4),
        (learnt(1000, size_bytes=10 * MIB), 1, 1),
    ],
    ids=[
        "of unknown messages little",
        "one batch to begin with",
        "one batch of an unknown sink",
        "a slow sink gets one batch",
        "a sink gets what it takes in a second",
        "a fetch has so many messages",
        "a fast sink is bounded by bytes",
        "a batch is fetched at once",
        "heavy messages are bounded by bytes",
        "one at least",
    ],
)
def test_how_much_is_fetched(size: FetchSize, ahead: int, count: int) -> None:
    assert (size.ahead(), size.next_count()) == (ahead, count)


def test_the_consumers_of_a_sink_share_what_it_takes_in_a_second() -> None:
    size = FetchSize(100, consumers=8)
    size.learn_speed(4_000, 1.0)
    size.learn_sizes(received(range(5), size_bytes=200))
    assert (size.ahead(), size.next_count()) == (500, 165)


@QUICK
@given(
    batch_length=st.integers(1, 1_000_000),
    speeds=st.lists(st.tuples(st.integers(1, 10**7), st.floats(0, 1000))),
    sizes=st.lists(st.integers(0, 64 * MIB), max_size=5),
)
def test_whatever_was_learnt_the_bounds_hold(
    batch_length: int, speeds: list[tuple[int, float]], sizes: list[int]
) -> None:
    size = FetchSize(batch_length)
    for messages, took_s in speeds:
        size.learn_speed(messages, took_s)
    for size_bytes in sizes:
        size.learn_sizes(received(range(40), size_bytes=size_bytes))
    assert 1 <= size.next_count() <= size.ahead()
    assert size.next_count() <= max(batch_length, 10_000)
    if sizes:
        assert size.ahead() == 1 or size.ahead() * max(1, sizes[-1]) <= 4 * MIB


def test_one_fetch_of_heavier_messages_counts_at_once_and_lighter_ones_by_and_by() -> None:
    size = learnt(100_000, per_s=100_000, size_bytes=100)
    light = size.ahead()
    size.learn_sizes(received(range(5), size_bytes=10_000))
    heavy = size.ahead()
    assert heavy == 4 * MIB // 10_000
    size.learn_sizes(received(range(5), size_bytes=100))
    assert heavy < size.ahead() < light


def test_a_sink_that_slows_down_gets_less() -> None:
    size = learnt(10, per_s=5_000, size_bytes=100)
    before = size.ahead()
    for _ in range(30):
        size.learn_speed(100, 10.0)
    assert size.ahead() == 10 < before
