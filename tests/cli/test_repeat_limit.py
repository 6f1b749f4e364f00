"""How often a warning that repeats is written."""

import logging

import pytest

from cli.repeat_limit import RepeatLimit
from tests.cli.log_records import raised, record


class Clock:
    """Moves when told."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limit(clock: Clock) -> RepeatLimit:
    return RepeatLimit(window_s=10, passes=2, kinds=3, clock=clock)


def warn(limit: RepeatLimit, message: object, *values: object, name: str = "x") -> list[str]:
    made = record(message, *values, name=name, level=logging.WARNING)
    return [one.getMessage() for one in limit.pass_on(made)]


def test_the_first_few_pass_and_the_rest_is_told_once(limit: RepeatLimit, clock: Clock) -> None:
    assert [len(warn(limit, "lost %d", number)) for number in range(9)] == [1, 1] + [0] * 7
    assert limit.holds_back
    clock.now_s += 10
    assert [one.getMessage() for one in limit.due()] == [
        "lost 2 … repeated 7 times in the last 10 s"
    ]
    assert limit.due() == []
    assert not limit.holds_back
    assert warn(limit, "lost %d", 9) == ["lost 9"]


def test_what_is_due_comes_before_the_next_line(limit: RepeatLimit, clock: Clock) -> None:
    for number in range(3):
        warn(limit, "lost %d", number)
    clock.now_s += 14
    written = limit.pass_on(record("calm"))
    assert [one.getMessage() for one in written] == [
        "lost 2 … repeated 1 times in the last 14 s",
        "calm",
    ]


def test_what_is_told_belongs_to_the_same_connector(limit: RepeatLimit) -> None:
    for _ in range(3):
        made = record("lost", level=logging.ERROR, fields={"connector_key": "a"})
        limit.pass_on(made)
    [told] = limit.close()
    assert (told.levelno, told.name) == (logging.ERROR, made.name)
    assert vars(told)["fields"] == {"connector_key": "a"}


def test_loggers_levels_and_messages_are_kinds_of_their_own(limit: RepeatLimit) -> None:
    for _ in range(5):
        warn(limit, "lost")
    assert warn(limit, "lost", name="y") == ["lost"]
    assert warn(limit, "found") == ["found"]


@pytest.mark.parametrize("message", ["%s", ValueError])
def test_a_bare_value_is_a_message_of_its_own(limit: RepeatLimit, message: object) -> None:
    for number in range(20):
        text = f"finding {number}"
        values = (text,) if message == "%s" else ()
        assert text in warn(limit, "%s" if values else ValueError(text), *values)


def test_information_is_never_held_back(limit: RepeatLimit) -> None:
    assert all(limit.pass_on(record("same")) for _ in range(100))


def test_memory_is_bounded_and_what_gives_way_is_told(limit: RepeatLimit) -> None:
    for _ in range(4):
        warn(limit, "oldest")
    written = [text for number in range(100) for text in warn(limit, f"message {number}")]
    assert "oldest … repeated 2 times in the last 1 s" in written
    assert len(written) == 101
    assert len(limit._windows) == 3


def test_neither_a_traceback_nor_values_are_kept(limit: RepeatLimit) -> None:
    for _ in range(3):
        limit.pass_on(raised("x" * 10_000))
    [told] = limit.close()
    assert (told.exc_info, told.exc_text) == (None, None)
    assert len(told.getMessage()) < 400
