"""Environment variables whose text alone says what they are."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.environment_value import EnvironmentValue, parse_environment_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("text", "text"),
        ("", ""),
        (" 5 ", " 5 "),
        ("TRUE", True),
        ("False", False),
        ("on", "on"),
        ("1", 1),
        ("+1", 1),
        ("-1", -1),
        ("007", 7),
        ("18446744073709551615", 18446744073709551615),
        ("18446744073709551616", 18446744073709551616.0),
        ("-9223372036854775808", -9223372036854775808),
        ("1e3", 1000.0),
        ("1.5", 1.5),
        (".5", 0.5),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e999", "1e999"),
        ("1_000", "1_000"),
        ("٣", "٣"),
        ('"5"', '"5"'),
        ("[]", []),
        ("[ ]", []),
        ("[a, b]", ["a", "b"]),
        ('["a","b"]', ["a", "b"]),
        ("[1,2]", [1, 2]),
        ('["1"]', [1]),
        ('["a, b", c]', ["a, b", "c"]),
        ("[true,1.5,x]", [True, 1.5, "x"]),
        ("[test_topic,test_topic_2]", ["test_topic", "test_topic_2"]),
        (" [a]", " [a]"),
        ("[a", "[a"),
        ("[", "["),
        ("[[a]]", ["a"]),
    ],
)
def test_a_text_means_what_the_reference_takes_it_for(text: str, value: EnvironmentValue) -> None:
    parsed = parse_environment_value(text)

    assert parsed == value
    assert type(parsed) is type(value)


@given(st.integers(-(2**63), 2**64 - 1))
def test_every_64_bit_integer_is_an_integer(number: int) -> None:
    assert parse_environment_value(str(number)) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_finite_float_is_a_float(number: float) -> None:
    assert parse_environment_value(repr(number)) == number


@given(st.lists(st.from_regex(r"[a-z_]{1,8}(, [a-z]{1,3})?", fullmatch=True), max_size=5))
def test_quoted_texts_in_brackets_come_back(texts: list[str]) -> None:
    quoted = ",".join(f'"{text}"' for text in texts)

    expected = [text.lower() == "true" if text in ("true", "false") else text for text in texts]

    assert parse_environment_value(f"[{quoted}]") == expected


@given(st.text())
def test_any_text_becomes_something_that_json_can_express(text: str) -> None:
    value = parse_environment_value(text)

    assert json.loads(json.dumps(value, allow_nan=False)) == value
