"""The two forms of a log line."""

import json
import logging
import re

import pytest

from cli.log_format import JsonFormatter, TextFormatter
from config.secret import Secret
from tests.cli.log_records import raised, record

TEXT = TextFormatter(colours=False)
JSON = JsonFormatter()


def test_a_text_line_is_time_level_target_message_and_fields() -> None:
    made = record(
        "stored %d", 3,
        level=logging.WARNING,
        fields={"stream": 'a "b"', "offset": 5, "saved": True, "rate": 1.5, "next": None},
    )  # fmt: skip
    made.created = 1_700_000_000.25
    assert TEXT.format(made) == (
        "2023-11-14T22:13:20.250000Z  WARN actors.sink: stored 3 "
        'stream="a \\"b\\"" offset=5 saved=true rate=1.5 next=null'
    )


def test_a_json_line_keeps_numbers_and_booleans() -> None:
    made = record("stored", fields={"offset": 5, "saved": False, "stream": "ä"})
    made.created = 1_700_000_000.0
    assert json.loads(JSON.format(made)) == {
        "timestamp": "2023-11-14T22:13:20.000000Z",
        "level": "INFO",
        "fields": {"message": "stored", "offset": 5, "saved": False, "stream": "ä"},
        "target": "actors.sink",
    }


@pytest.mark.parametrize(
    ("level", "name"),
    [(5, "TRACE"), (10, "DEBUG"), (20, "INFO"), (30, "WARN"), (40, "ERROR"), (50, "ERROR")],
)
def test_levels_have_the_names_of_the_reference(level: int, name: str) -> None:
    assert json.loads(JSON.format(record(level=level)))["level"] == name
    assert f"Z {name:>5} " in TEXT.format(record(level=level))


def test_a_record_cannot_forge_a_line_or_colour_the_terminal() -> None:
    forged = "x\n2023-11-14T22:13:20.000000Z  INFO y: z\x1b[31m\u2028\x85"
    made = record("%s", forged, name="a\nb", fields={"k\n": forged})
    for text in (TEXT.format(made), JSON.format(made)):
        assert len(text.split("\n")) == 1
        assert "\x1b" not in text
    assert len(TEXT.format(made).splitlines()) == 1


def test_the_middle_of_a_huge_traceback_is_left_out() -> None:
    made = raised("x" * 5_000_000)
    made.args = ("short",)

    for text in (TEXT.format(made), JSON.format(made)):
        assert len(text) < 21_000
        assert "in _fail" in text
        assert "characters left out" in text


def test_text_that_is_no_utf_8_can_be_written_all_the_same() -> None:
    TEXT.format(record("a \udcff")).encode()


def test_a_traceback_follows_in_lines_that_cannot_be_taken_for_others() -> None:
    made = raised("first\n2023-11-14T22:13:20.000000Z  INFO y: z")
    first, *following = TEXT.format(made).split("\n")
    assert "ERROR actors.sink: failed: first" in first
    assert following[0] == "  Traceback (most recent call last):"
    assert all(line.startswith("  ") for line in following)


def test_a_traceback_is_a_field_in_json() -> None:
    line = json.loads(JSON.format(raised("oh no", fields={"message": "other"})))
    assert line["fields"]["message"] == "failed: oh no"
    assert line["fields"]["exception"].endswith("RuntimeError: oh no")


def test_values_of_other_types_are_text() -> None:
    made = record(fields={"secret": Secret("hidden"), "rate": float("nan")})
    assert json.loads(JSON.format(made))["fields"]["rate"] == "nan"
    assert "hidden" not in TEXT.format(made) + JSON.format(made)


def test_colours_change_nothing_but_colours() -> None:
    made = record("hello", fields={"offset": 5})
    coloured = TextFormatter(colours=True).format(made)
    assert coloured != TEXT.format(made)
    assert re.sub(r"\x1b\[\d+m", "", coloured) == TEXT.format(made)
