import re
import time
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson
import pytest

from config.model import Schema
from tests.connectors.messages import batch, chain, transform, transformed


def added(key: str, **value: object) -> dict[str, object]:
    return {"key": key, "value": value}


def test_without_fields_nothing_changes() -> None:
    assert transformed(b'{ "a": 1 }', transform("add_fields")) == b'{ "a": 1 }'


def test_a_static_field_is_added_after_the_others() -> None:
    add = transform("add_fields", fields=[added("source", static="iggy")])

    assert transformed(b'{"a":1}', add) == b'{"a":1,"source":"iggy"}'


@pytest.mark.parametrize(
    "value", ["text", 5, 1.5, True, None, [1, [2]], {"inner": {"deep": []}}, ""]
)
def test_static_values_are_of_any_json_kind(value: object) -> None:
    result = orjson.loads(
        transformed(b"{}", transform("add_fields", fields=[added("k", static=value)]))
    )

    assert result == {"k": value}


def test_fields_are_added_in_their_order_and_overwrite() -> None:
    add = transform(
        "add_fields", fields=[added("a", static=1), added("b", static=2), added("a", static=3)]
    )

    assert transformed(b'{"a":0}', add) == b'{"a":3,"b":2}'


def test_a_static_table_is_a_copy_in_each_record() -> None:
    wrapped = batch(b"{}", b"{}")
    wrapped.transform(chain(transform("add_fields", fields=[added("k", static={"n": [1]})])))
    first, second = wrapped.values
    first["k"]["n"].append(2)

    assert second == {"k": {"n": [1]}}


@pytest.mark.parametrize(
    ("kind", "units_per_second"),
    [
        ("timestamp_seconds", 1),
        ("timestamp_millis", 1_000),
        ("timestamp_micros", 1_000_000),
        ("timestamp_nanos", 1_000_000_000),
    ],
)
def test_timestamps_are_now_in_their_unit(kind: str, units_per_second: int) -> None:
    before = time.time_ns() * units_per_second // 10**9
    wrapped = batch(b"{}")
    wrapped.transform(chain(transform("add_fields", fields=[added("at", computed=kind)])))
    after = time.time_ns() * units_per_second // 10**9

    at = wrapped.values[0]["at"]
    assert type(at) is int
    assert before <= at <= after


def test_date_time_is_rfc_3339_in_utc() -> None:
    wrapped = batch(b"{}")
    wrapped.transform(chain(transform("add_fields", fields=[added("at", computed="date_time")])))

    at = wrapped.values[0]["at"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?\+00:00", at)
    assert datetime.now(UTC) - datetime.fromisoformat(at) < timedelta(seconds=60)


@pytest.mark.parametrize(("kind", "version"), [("uuid_v4", 4), ("uuid_v7", 7)])
def test_uuids_are_made_anew_for_each_record_and_field(kind: str, version: int) -> None:
    wrapped = batch(b"{}", b"{}")
    fields = [added("x", computed=kind), added("y", computed=kind)]
    wrapped.transform(chain(transform("add_fields", fields=fields)))

    texts = [record[key] for record in wrapped.values for key in "xy"]
    assert {UUID(text).version for text in texts} == {version}
    assert len(set(texts)) == 4


@pytest.mark.parametrize("payload", [b"[ 1 ]", b'"text"', b"5", b"null", b"true"])
def test_json_that_is_no_object_is_left_alone(payload: bytes) -> None:
    add = transform("add_fields", fields=[added("k", static=1)])

    assert transformed(payload, add) == payload


def test_raw_payloads_are_left_alone() -> None:
    wrapped = batch(b'{ "a": 1 }', schema=Schema.RAW)
    wrapped.transform(chain(transform("add_fields", fields=[added("k", static=1)])))

    assert wrapped.payloads == [b'{ "a": 1 }']


def test_only_the_objects_among_the_payloads_get_the_fields() -> None:
    wrapped = batch(b"1", b'{"a":1}', b"[2]", b"{}")
    wrapped.transform(chain(transform("add_fields", fields=[added("k", computed="uuid_v4")])))

    assert [isinstance(value, dict) and "k" in value for value in wrapped.values] == [
        False,
        True,
        False,
        True,
    ]
