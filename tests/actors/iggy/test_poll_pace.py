"""When a consumer polls; times are seconds of no clock."""

import pytest

from actors.iggy.poll_pace import MOST_POLLS, PollPace


def idle(interval_s: float = 0.005) -> PollPace:
    """Return one that has found nothing for a while, at 100."""
    pace = PollPace(interval_s)
    for _ in range(10):
        pace.found_nothing(100)
    return pace


@pytest.mark.parametrize(
    ("interval_s", "pauses_s"),
    [
        (0.005, [0.005, 0.01, 0.02, 0.04, 0.08, 0.16, 0.2, 0.2]),
        (0.0, [0.0, 0.001, 0.002]),
        (1.0, [1.0, 1.0, 1.0]),
    ],
)
def test_pauses_grow_while_nothing_comes(interval_s: float, pauses_s: list[float]) -> None:
    pace = PollPace(interval_s)
    assert pace.poll_at_s == 0
    for pause_s in pauses_s:
        pace.found_nothing(100)
        assert pace.poll_at_s == pytest.approx(100 + pause_s)


def test_after_something_it_polls_at_once_and_pauses_are_short_again() -> None:
    pace = idle()
    pace.found_something()
    assert pace.poll_at_s == 0
    pace.found_nothing(100)
    assert pace.poll_at_s == pytest.approx(100.005)


def test_an_idle_one_asks_for_the_ends_of_several_partitions_and_polls_all_each_2_s() -> None:
    pace = idle()
    assert [pace.asks_first(2, now_s) for now_s in (100, 100.2, 101.9, 102, 102.2)] == [
        False,
        True,
        True,
        False,
        True,
    ]


def test_while_something_comes_or_for_one_partition_nothing_is_asked_first() -> None:
    pace = idle()
    pace.asks_first(2, 100)
    assert not pace.asks_first(1, 101)
    assert not pace.asks_first(0, 101)
    pace.found_something()
    assert not pace.asks_first(2, 101)


def test_the_ends_of_many_partitions_are_asked_for_as_soon_as_nothing_came_once() -> None:
    pace = PollPace(0.005)
    assert not pace.asks_first(MOST_POLLS + 1, 100)
    pace.found_nothing(100)
    assert not pace.asks_first(MOST_POLLS, 100)
    assert [pace.asks_first(MOST_POLLS + 1, now_s) for now_s in (100, 100.1)] == [False, True]
    pace.found_something()
    assert not pace.asks_first(MOST_POLLS + 1, 100.2)
