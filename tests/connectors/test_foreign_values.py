"""What Python transforms return, once it is in the column."""

import json
import sys
from contextlib import nullcontext
from types import ModuleType
from typing import Any

import pytest

from config.model import Schema, TransformConfig
from connectors import Produced, ProducedRecord
from connectors.column import Column
from connectors.outgoing import encode_produced
from connectors.transforms import TransformRecord
from tests.connectors.messages import chain, transform

SHARED: dict[str, Any] = {"rate": 1, "inner": {"a": 1}}
UUID = transform("add_fields", fields=[{"key": "id", "value": {"computed": "uuid_v7"}}])
REGEX = transform(
    "filter_fields", patterns=[{"key_pattern": {"regex": "a"}, "value_pattern": {"regex": "o"}}]
)


@pytest.fixture(autouse=True)
def _functions(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("functions_of_users")
    vars(module).update(
        twice=lambda record: [record, record],
        shared=lambda record: record.with_payload(SHARED),
        shared_inside=lambda record: record.with_payload({"data": SHARED["inner"]}),
    )
    monkeypatch.setitem(sys.modules, module.__name__, module)


def returning(function: str) -> TransformConfig:
    return transform("python", path=f"functions_of_users:{function}")


def returned(kind: Schema, *payloads: object) -> Column:
    """Return the column after a Python transform that returns these payloads."""
    rest = iter(payloads)

    def function(record: TransformRecord) -> TransformRecord:
        return record.with_payload(next(rest))

    sys.modules["functions_of_users"].function = function  # type: ignore[attr-defined]
    column = Column(Schema.RAW, [b""] * len(payloads), [object()] * len(payloads))
    python = transform("python", path="functions_of_users:function", target_format=str(kind))
    chain(python).apply(column, nullcontext())
    return column


@pytest.mark.parametrize(
    ("kind", "payload", "reason"),
    [
        (Schema.JSON, {"a": "\ud800"}, "cannot be written as JSON: str is not valid UTF-8"),
        (Schema.JSON, {5: 1}, "cannot be written as JSON: Dict key must be str"),
        (Schema.JSON, [2**64], "cannot be written as JSON: Integer exceeds 64-bit range"),
        (Schema.JSON, {1}, "cannot be written as JSON: Type is not JSON serializable: set"),
        (Schema.TEXT, "\ud800", "cannot be written as UTF-8: at character 0"),
        (Schema.TEXT, {"a": 1}, "cannot be written as UTF-8: it is of type dict"),
        (Schema.RAW, "text", "cannot be written as bytes: it is of type str"),
        (Schema.RAW, 5, "cannot be written as bytes: it is of type int"),
        (Schema.AVRO, {"a": 1}, "cannot be written as bytes: it is of type dict"),
        (Schema.FLAT_BUFFER, None, "cannot be written as bytes: it is of type NoneType"),
        (Schema.PROTO, "\ud800", "is no message: UnicodeEncodeError"),
        (Schema.PROTO, [1], "is no message: it is of type list"),
    ],
)
def test_what_the_format_cannot_hold_rejects_its_record(
    kind: Schema, payload: object, reason: str
) -> None:
    fine = {Schema.JSON: {"a": 1}, Schema.TEXT: "fine", Schema.PROTO: "{}"}.get(kind, b"fine")
    column = returned(kind, fine, payload)

    assert (column.kind, column.values) == (kind, [fine])
    assert reason in str(column.rejections[1])


def test_values_are_what_they_would_be_if_they_had_been_received() -> None:
    assert returned(Schema.JSON, {"a": (1, 2), "b": float("nan")}).values == [
        {"a": [1, 2], "b": None}
    ]


def test_records_made_of_one_share_no_changes() -> None:
    column = Column(Schema.JSON, [{"a": 1}], [object()])
    chain(returning("twice"), UUID).apply(column, nullcontext())

    first, second = column.values
    assert first["id"] != second["id"]


@pytest.mark.parametrize("function", ["shared", "shared_inside"])
def test_what_a_function_keeps_is_not_changed(function: str) -> None:
    column = Column(Schema.JSON, [{}, {}], [object()] * 2)
    unwrap = transform("unwrap_envelope", field="data")
    delete = transform("delete_fields", fields=["rate", "a", "inner"])
    chain(returning(function), unwrap, delete).apply(column, nullcontext())

    assert column.values == [{}, {}]
    assert SHARED == {"rate": 1, "inner": {"a": 1}}


def test_a_lone_surrogate_does_not_stop_a_source() -> None:
    payloads = [b'{"a":"ok"}', b'{"a":"\\ud800"}', b'{"a":"ok2"}']
    vars(sys.modules["functions_of_users"])["parse"] = _parse
    parse = transform("python", path="functions_of_users:parse", target_format="json")
    outgoing = encode_produced(
        Produced([ProducedRecord(payload) for payload in payloads], schema="raw"),
        schema=Schema.JSON,
        chain=chain(parse, REGEX),
    )

    assert outgoing.payloads == ['{"a":"ok"}', '{"a":"ok2"}']
    assert [rejection.index for rejection in outgoing.rejections] == [1]


def _parse(record: TransformRecord) -> TransformRecord:
    return record.with_payload(json.loads(record.payload))
