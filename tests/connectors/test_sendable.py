from typing import Any

import pytest
from apache_iggy import SendMessage

from connectors import RecordError
from connectors.sendable import (
    MAX_HEADERS_BYTES,
    check_headers,
    check_id,
    check_key,
    check_partition,
)

GOOD_HEADERS: list[dict[str, Any]] = [
    {},
    {"a": "b"},
    {"a" * 255: b"\x00" * 255},
    {"ä": "ö"},
    {"bool": True, "int": -(2**127), "large": 2**128 - 1, "float": 1.5},
    {f"{at:04}": "v" * 251 for at in range(MAX_HEADERS_BYTES // 265)},
]
BAD_HEADERS: list[tuple[Any, str]] = [
    ({"": "b"}, "the name of header '' has 0 bytes: it must have 1 to 255 bytes"),
    ({"a": ""}, "the value of header 'a' has 0 bytes"),
    ({"a": b"x" * 256}, "the value of header 'a' has 256 bytes"),
    ({"ä" * 128: "b"}, "has 256 bytes"),
    ({"a": 2**128}, "more than 128 bits"),
    ({"a": -(2**127) - 1}, "more than 128 bits"),
    ({"a": None}, "the value of header 'a' is of type NoneType"),
    ({"a": ["b"]}, "of type list"),
    ({5: "b"}, "name is of type int"),
    ({"a": "\ud800"}, "not Unicode"),
    ([("a", "b")], "headers are of type list"),
    ({f"{at:04}": "v" * 251 for at in range(MAX_HEADERS_BYTES // 265 + 1)}, "at most 100000"),
]


@pytest.mark.parametrize("headers", GOOD_HEADERS)
def test_headers_that_pass_are_taken_by_the_sdk(headers: dict[str, Any]) -> None:
    check_headers(headers)
    SendMessage("x", headers)


@pytest.mark.parametrize(("headers", "problem"), BAD_HEADERS)
def test_headers_that_the_sdk_would_refuse_are_named(headers: Any, problem: str) -> None:
    with pytest.raises(RecordError, match=problem):
        check_headers(headers)


@pytest.mark.parametrize("good", [0, 1, 2**128 - 1])
def test_ids_have_128_bits(good: int) -> None:
    check_id(good)
    SendMessage("x", None, good)


@pytest.mark.parametrize("bad", [-1, 2**128, pytest.param(2**100_000, id="huge"), "7", 7.0, True])
def test_what_is_no_id_is_refused(bad: object) -> None:
    with pytest.raises(
        RecordError, match=r"the id is .*: it must be a whole number below 2\*\*128"
    ):
        check_id(bad)


@pytest.mark.parametrize("bad", [-1, 2**32, "0", 1.0, False])
def test_what_is_no_partition_is_refused(bad: object) -> None:
    check_partition(0)
    check_partition(2**32 - 1)
    with pytest.raises(RecordError, match=r"the partition is .*: it must be a whole number from 0"):
        check_partition(bad)


def test_keys_are_text_or_bytes() -> None:
    check_key("a")
    check_key(b"")
    with pytest.raises(RecordError, match="the key is of type int"):
        check_key(5)
