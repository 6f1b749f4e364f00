"""Durations: everything the reference reads, and a teaching text for everything else."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.duration import parse_duration

UNITS_S = {
    "ns": 1e-9,
    "usec": 1e-6,
    "µs": 1e-6,
    "ms": 1e-3,
    "millis": 1e-3,
    "s": 1,
    "seconds": 1,
    "m": 60,
    "mins": 60,
    "h": 3600,
    "hr": 3600,
    "d": 86_400,
    "wk": 604_800,
    "month": 30.44 * 86_400,
    "y": 365.25 * 86_400,
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("5ms", 0.005),
        ("1 s", 1),
        ("1h 1m 1s", 3661),
        ("2h37min", 9420),
        ("1.5s", 1.5),
        ("1.5h", 5400),
        ("0.000000001s", 1e-9),
        ("  3 s ", 3),
        ("10M", 600),
        ("10 MS", 0.01),
        ("0", 0),
        ("0s", 0),
        ("Unlimited", 0),
        ("disabled", 0),
        ("none", 0),
    ],
)
def test_a_duration_is_the_sum_of_its_spans(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "cannot be empty"),
        ("   ", "cannot be empty"),
        ("5", "no unit"),
        ("1s 5", "no unit"),
        ("-5s", "no number"),
        ("+5s", "no number"),
        (".5s", "no number"),
        ("5.s", "no unit"),
        ("s", "no number"),
        ("not-a-valid-duration", "no number"),
        ("1 0s", "no unit"),
        ("5 parsecs", "'parsecs' is not a unit of time"),
        ("1s, 2s", "no number"),
        ("٣s", "no number"),
        ("1.5ns", "whole nanoseconds"),
        ("1.0ns", "whole nanoseconds"),
        ("0.0001us", "whole nanoseconds"),
        ("1.00001h", "whole seconds"),
        ("0.3d 1s 0.00001d", "whole seconds"),
        ("300y", "longer than 292 years"),
        ("9" * 500 + "s", "longer than 200 characters"),
    ],
)
def test_what_is_not_a_duration_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        parse_duration(text)


@given(
    st.lists(
        st.tuples(st.integers(0, 40), st.sampled_from(sorted(UNITS_S)), st.sampled_from(["", " "])),
        min_size=1,
        max_size=6,
    )
)
def test_spans_add_up_in_any_order_and_spacing(spans: list[tuple[int, str, str]]) -> None:
    text = "".join(f"{number}{gap}{unit}{gap}" for number, unit, gap in spans)

    expected = sum(number * UNITS_S[unit] for number, unit, _ in spans)

    assert parse_duration(text) == pytest.approx(expected, rel=1e-9, abs=1e-12)


@given(st.text(max_size=30))
def test_any_text_is_either_a_duration_or_a_value_error(text: str) -> None:
    seconds = 0.0
    with contextlib.suppress(ValueError):
        seconds = parse_duration(text)

    assert seconds >= 0
