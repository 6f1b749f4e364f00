"""What every transform and encoder owes, whatever Python code of users made: never an exception.

Only a kind that a codec or a transform cannot hold at all is told by a FatalError.
"""

import datetime as dt
import decimal
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Schema, TransformConfig
from config.transform_names import TRANSFORMS
from connectors import FatalError
from connectors.codecs import Codec
from connectors.column import Column
from connectors.transforms import TransformChain, TransformRecord
from tests.connectors.codec_of import encoded, source_codec
from tests.connectors.messages import chain, transform
from tests.connectors.schemas import (
    EVERYTHING_AVSC,
    EVERYTHING_BFBS,
    EVERYTHING_PROTO,
    LEGACY_PROTO,
    USER_AVSC,
    USER_BFBS,
    USER_PROTO,
)

QUICK = settings(max_examples=40, deadline=None)
USER = {"schema_path": USER_PROTO, "message_type": "com.example.User"}


class Hostile:
    """Raises whatever is done with it."""

    def __eq__(self, other: object) -> bool:
        raise ArithmeticError

    def __bool__(self) -> bool:
        raise ArithmeticError

    def __len__(self) -> int:
        raise StopIteration

    __hash__ = object.__hash__


def deep(levels: int) -> object:
    value: object = None
    for level in range(levels):
        value = {"again": value} if level % 2 else [value]
    return value


def circular() -> object:
    value: dict[str, object] = {}
    value["again"] = value
    return value


SCALAR = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**400, -(2**63), 2**64])
    | st.floats()
    | st.text()
    | st.text(st.characters(categories=["Cs"]), min_size=1)
    | st.binary()
    | st.binary().map(bytearray)
    | st.sampled_from(
        [Hostile, memoryview(b"content"), object(), 1 + 2j, decimal.Decimal("1.5"), range(3)]
    )
    | st.just(dt.datetime(2020, 2, 29, tzinfo=dt.UTC))
    | st.builds(Hostile)
)
NAMES = ["id", "name", "address", "a", "again", "numbers", "a_bytes", "any", "@type", "\ud800"]
KEY = st.text() | st.sampled_from([*NAMES, 5, None, b"k", (1,)])
VALUE = st.recursive(
    SCALAR,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEY, inner, max_size=4)
    ),
    max_leaves=10,
) | st.sampled_from([deep(300), deep(3_000), circular()])


def pairs(kind: str, *of: str, **options: Any) -> Iterator[TransformConfig]:
    for pair in of:
        source, _, target = pair.partition(" ")
        yield transform(kind, source_format=source, target_format=target, **options)


FIELD: dict[str, object] = {"key": "id", "value": {"computed": "uuid_v7"}}
PATTERNS: list[dict[str, object]] = [
    {"key_pattern": {name: "a"}} for name in ("exact", "starts_with", "ends_with", "contains")
]
PATTERNS += [{"key_pattern": {"regex": "a"}}, {"value_pattern": {"regex": "a"}}]
PATTERNS += [{"value_pattern": {name: 5}} for name in ("equals", "greater_than", "less_than")]
SUBJECTS = [
    transform("add_fields", fields=[FIELD]),
    transform("delete_fields", fields=["id"]),
    transform("update_fields", fields=[{**FIELD, "condition": "key_exists"}]),
    *(transform("filter_fields", patterns=[pattern]) for pattern in PATTERNS),
    transform("filter_fields", patterns=PATTERNS, include_matching=False),
    transform("unwrap_envelope", field="id"),
    transform("python", path="tests.contract.test_foreign_values:unchanged"),
    *pairs("avro_convert", "json avro", "text avro", "raw avro", schema_path=USER_AVSC),
    *pairs("avro_convert", "avro json", "avro text", "avro raw", schema_path=USER_AVSC),
    *pairs("avro_convert", "raw avro", "json json", field_mappings={"id": "name"}),
    *pairs("flat_buffer_convert", "json flat_buffer", "flat_buffer json", schema_path=USER_BFBS),
    *pairs("flat_buffer_convert", "flat_buffer json", "flat_buffer text", "flat_buffer raw"),
    *pairs("proto_convert", "proto json", "proto text", "proto raw", "json proto", "text proto"),
    *pairs("proto_convert", "raw proto", "json text", "text json", "json raw", "raw json"),
    *pairs("proto_convert", "proto json", "proto text", "proto raw", "json proto", **USER),
    *pairs("proto_convert", "text proto", "raw proto", **USER),
]
AVRO = {"schema_path": EVERYTHING_AVSC}
PROTO = {"schema_path": EVERYTHING_PROTO, "message_type": "shop.Everything"}
LEGACY = {"schema_path": LEGACY_PROTO, "message_type": "legacy.Order"}
CODECS: dict[str, tuple[Schema, dict[str, Any]]] = {
    **{str(schema): (schema, {}) for schema in Schema if schema is not Schema.PROTO},
    "avro by a schema": (Schema.AVRO, AVRO),
    "a FlatBuffer by a schema": (Schema.FLAT_BUFFER, {"schema_path": EVERYTHING_BFBS}),
    "an Any": (Schema.PROTO, {}),
    "no Any": (Schema.PROTO, {"use_any_wrapper": False}),
    "a message": (Schema.PROTO, PROTO),
    "a message of an older schema": (Schema.PROTO, LEGACY),
}


def unchanged(record: TransformRecord) -> TransformRecord:
    return record


@cache
def chain_of(number: int) -> TransformChain:
    return chain(SUBJECTS[number])


@cache
def codec_of(name: str) -> Codec:
    schema, options = CODECS[name]
    return source_codec(schema, **options)


def expect_kind(column: Column) -> None:
    if column.kind is not Schema.JSON:
        types = {Schema.TEXT: str, Schema.PROTO: str | bytes}.get(column.kind, bytes)
        assert all(isinstance(one, types) for one in column.values)


def test_every_transform_and_codec_is_covered() -> None:
    assert {subject.type for subject in SUBJECTS} == set(TRANSFORMS)
    assert {schema for schema, _ in CODECS.values()} == set(Schema)


@pytest.mark.parametrize("number", range(len(SUBJECTS)))
@QUICK
@given(value=VALUE)
def test_transforms_change_a_value_or_reject_it(number: int, value: object) -> None:
    source = SUBJECTS[number].options.get("source_format", "json")
    column = Column(Schema(str(source)), [value], [object()])
    chain_of(number).apply(column, nullcontext())

    assert len(column.values) + len(column.rejections) == 1
    if column.kind is not Schema(str(source)):
        expect_kind(column)


@pytest.mark.parametrize("kind", Schema)
@QUICK
@given(value=VALUE)
def test_values_of_a_function_are_of_the_kind_that_it_names(kind: Schema, value: object) -> None:
    column = Column(kind, [value], [object()])
    python = transform("python", path="tests.contract.test_foreign_values:unchanged")
    chain(python).apply(column, nullcontext())

    assert len(column.values) + len(column.rejections) == 1
    expect_kind(column)


@pytest.mark.parametrize("kind", Schema)
@pytest.mark.parametrize("name", CODECS)
@QUICK
@given(value=VALUE)
def test_encoders_write_a_value_or_reject_it(name: str, kind: Schema, value: object) -> None:
    try:
        column = encoded(codec_of(name), kind, value)
    except FatalError as error:
        assert f"{kind} payloads cannot be written" in str(error)  # noqa: PT017
        return

    assert len(column.values) + len(column.rejections) == 1
    assert all(isinstance(payload, bytes) for payload in column.values)
