"""What the broker says, and how often."""

import logging

from broker.log import RepeatFilter


def record(message: str, *values: object, level: int = logging.WARNING) -> logging.LogRecord:
    return logging.LogRecord("broker", level, "file.py", 1, message, values, None)


def test_warnings_of_a_kind_are_limited_and_others_are_not() -> None:
    repeats = RepeatFilter()
    closed = [repeats.filter(record("Closed %s", number)) for number in range(100)]
    assert closed == [True] * 10 + [False] * 90
    assert repeats.filter(record("Something else"))
    assert all(repeats.filter(record("Listens", level=logging.INFO)) for _ in range(100))


def test_the_next_one_says_how_many_were_left_out() -> None:
    now_s = 1000.0
    repeats = RepeatFilter(clock=lambda: now_s)
    for number in range(25):
        repeats.filter(record("Closed %s", number))
    now_s += 10.0
    following = record("Closed %s", 26)
    assert repeats.filter(following)
    assert following.getMessage() == "Closed 26 (15 more like this before)"
    after = record("Closed %s", 27)
    assert repeats.filter(after)
    assert after.getMessage() == "Closed 27"
