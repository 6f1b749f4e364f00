from typing import Any

import orjson
import pytest

from config.model import Schema
from connectors.transforms.patterns import same
from tests.connectors.messages import batch, chain, transform, transformed

RECORD = (
    b'{"id":1,"meta_a":"x","meta_b":null,"temp_c":21.5,"name":"Meta","tags":[1],"on":true,"o":{}}'
)
ALL_KEYS = list(orjson.loads(RECORD))


def kept(**options: Any) -> list[str]:
    """Return the keys of RECORD that stay."""
    return list(orjson.loads(transformed(RECORD, transform("filter_fields", **options))))


def without(*keys: str) -> list[str]:
    return [key for key in ALL_KEYS if key not in keys]


def test_without_lists_nothing_changes() -> None:
    assert transformed(b'{ "a": 1 }', transform("filter_fields")) == b'{ "a": 1 }'
    assert kept(include_matching=False) == ALL_KEYS


def test_only_keep_fields_keeps_exactly_those() -> None:
    assert kept(keep_fields=["id", "on", "missing"]) == ["id", "on"]


def test_only_keep_fields_with_matching_ones_removed_removes_nothing() -> None:
    assert kept(keep_fields=["id"], include_matching=False) == ALL_KEYS


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ({"exact": "id"}, ["id"]),
        ({"starts_with": "meta_"}, ["meta_a", "meta_b"]),
        ({"ends_with": "_c"}, ["temp_c"]),
        ({"contains": "me"}, ["meta_a", "meta_b", "name"]),
        ({"regex": "^(temp|debug)_"}, ["temp_c"]),
        ({"regex": "_[ab]"}, ["meta_a", "meta_b"]),
    ],
)
def test_key_patterns(pattern: dict[str, str], keys: list[str]) -> None:
    patterns = [{"key_pattern": pattern}]

    assert kept(patterns=patterns) == keys
    assert kept(patterns=patterns, include_matching=False) == without(*keys)


@pytest.mark.parametrize(
    ("pattern", "keys"),
    [
        ("is_null", ["meta_b"]),
        ("is_not_null", without("meta_b")),
        ("is_string", ["meta_a", "name"]),
        ("is_number", ["id", "temp_c"]),
        ("is_boolean", ["on"]),
        ("is_object", ["o"]),
        ("is_array", ["tags"]),
        ({"equals": 1}, ["id"]),
        ({"equals": 1.0}, []),
        ({"equals": True}, ["on"]),
        ({"equals": [1]}, ["tags"]),
        ({"equals": [1.0]}, []),
        ({"equals": {}}, ["o"]),
        ({"equals": None}, ["meta_b"]),
        ({"contains": "et"}, ["name"]),
        ({"regex": "^[A-Z]"}, ["name"]),
        ({"greater_than": 1}, ["temp_c"]),
        ({"greater_than": 0.5}, ["id", "temp_c"]),
        ({"less_than": 21.5}, ["id"]),
        ({"between": [1, 21.5]}, ["id", "temp_c"]),
        ({"between": [2, 21]}, []),
    ],
)
def test_value_patterns(pattern: object, keys: list[str]) -> None:
    patterns = [{"value_pattern": pattern}]

    assert kept(patterns=patterns) == keys
    assert kept(patterns=patterns, include_matching=False) == without(*keys)


def test_key_and_value_must_both_match() -> None:
    both = {"key_pattern": {"contains": "meta"}, "value_pattern": "is_string"}

    assert kept(patterns=[both]) == ["meta_a"]


def test_any_of_several_patterns_is_enough() -> None:
    patterns = [
        {"key_pattern": {"starts_with": "meta_"}, "value_pattern": "is_string"},
        {"key_pattern": {"contains": "a"}, "value_pattern": "is_array"},
        {"value_pattern": {"between": [0, 5]}},
    ]

    assert kept(patterns=patterns) == ["id", "meta_a", "tags"]


def test_keep_fields_and_patterns_add_up() -> None:
    patterns = [{"key_pattern": {"starts_with": "meta_"}}]

    assert kept(keep_fields=["id"], patterns=patterns) == ["id", "meta_a", "meta_b"]
    assert kept(keep_fields=["meta_a"], patterns=patterns, include_matching=False) == without(
        "meta_b"
    )


def test_an_empty_pattern_matches_everything() -> None:
    assert kept(patterns=[{}]) == ALL_KEYS
    assert kept(patterns=[{}], include_matching=False) == []


def test_a_record_that_becomes_empty_goes_on() -> None:
    assert transformed(b'{"a":1}', transform("filter_fields", keep_fields=["b"])) == b"{}"


def test_bytes_stay_where_no_field_leaves() -> None:
    assert (
        transformed(b'{ "a": 1 }', transform("filter_fields", keep_fields=["a"])) == b'{ "a": 1 }'
    )


def test_raw_payloads_are_left_alone() -> None:
    wrapped = batch(b'{"a":1}', schema=Schema.RAW)
    wrapped.transform(chain(transform("filter_fields", keep_fields=["b"])))

    assert wrapped.payloads == [b'{"a":1}']


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, 1, True),
        (1, 1.0, False),
        (True, 1, False),
        (0.0, -0.0, True),
        ("1", 1, False),
        ({"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": [1, 2]}, {"a": [1, 2.0]}, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
        ([1], [1, 2], False),
        (None, False, False),
    ],
)
def test_values_are_the_same_in_value_and_kind(left: object, right: object, equal: bool) -> None:
    assert same(left, right) is same(right, left) is equal
