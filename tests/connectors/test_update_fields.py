from uuid import UUID

import pytest

from config.model import Schema
from tests.connectors.messages import batch, chain, transform, transformed


def updated(key: str, value: object, condition: str | None = None) -> dict[str, object]:
    field: dict[str, object] = {"key": key, "value": {"static": value}}
    return field if condition is None else {**field, "condition": condition}


@pytest.mark.parametrize(
    ("condition", "present", "missing"),
    [
        (None, b'{"a":9}', b'{"b":1,"a":9}'),
        ("always", b'{"a":9}', b'{"b":1,"a":9}'),
        ("key_exists", b'{"a":9}', b'{"b":1}'),
        ("key_not_exists", b'{"a":1}', b'{"b":1,"a":9}'),
    ],
)
def test_a_field_is_set_where_its_condition_holds(
    condition: str | None, present: bytes, missing: bytes
) -> None:
    update = transform("update_fields", fields=[updated("a", 9, condition)])

    assert transformed(b'{"a":1}', update) == present
    assert transformed(b'{"b":1}', update) == missing


def test_a_field_that_is_null_exists() -> None:
    update = transform("update_fields", fields=[updated("a", 9, "key_exists")])

    assert transformed(b'{"a":null}', update) == b'{"a":9}'


def test_an_earlier_field_can_make_a_later_condition_true() -> None:
    update = transform(
        "update_fields",
        fields=[updated("a", 1, "key_not_exists"), updated("a", 2, "key_exists")],
    )

    assert transformed(b"{}", update) == b'{"a":2}'


def test_values_can_be_computed() -> None:
    wrapped = batch(b"{}", b'{"id":"mine"}')
    id_field = {"key": "id", "value": {"computed": "uuid_v4"}, "condition": "key_not_exists"}
    time_field = {"key": "at", "value": {"computed": "date_time"}}
    wrapped.transform(chain(transform("update_fields", fields=[id_field, time_field])))

    first, second = wrapped.values
    assert UUID(first["id"]).version == 4
    assert second["id"] == "mine"
    assert isinstance(first["at"], str)


def test_bytes_stay_where_no_condition_holds() -> None:
    update = transform("update_fields", fields=[updated("a", 9, "key_exists")])

    assert transformed(b'{ "b": 1 }', update) == b'{ "b": 1 }'


def test_raw_payloads_are_left_alone() -> None:
    wrapped = batch(b'{"a":1}', schema=Schema.RAW)
    wrapped.transform(chain(transform("update_fields", fields=[updated("a", 9)])))

    assert wrapped.payloads == [b'{"a":1}']
