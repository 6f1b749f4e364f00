"""What every codec owes, whatever the payload: the same back, or a rejected row, never a crash."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Schema
from config.served import SERVED_SCHEMAS
from connectors.codecs import find_codec
from connectors.column import Column

QUICK = settings(max_examples=50, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs"]))
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)
VALUES = {Schema.JSON: JSON, Schema.TEXT: TEXT, Schema.RAW: st.binary()}


def test_every_served_schema_is_covered() -> None:
    assert VALUES.keys() == SERVED_SCHEMAS


@pytest.mark.parametrize("schema", VALUES)
@QUICK
@given(data=st.data())
def test_what_was_encoded_decodes_to_the_same(schema: Schema, data: st.DataObject) -> None:
    codec = find_codec(schema)
    values = data.draw(st.lists(VALUES[schema], max_size=5))
    column = Column(codec.kind, list(values))
    codec.encode(column)
    assert all(isinstance(payload, bytes) for payload in column.values)
    codec.decode(column)

    assert column.values == values
    assert [repr(value) for value in column.values] == [repr(value) for value in values]
    assert not column.rejections


@pytest.mark.parametrize("schema", VALUES)
@QUICK
@given(payloads=st.lists(st.binary() | JSON.map(lambda value: repr(value).encode()), max_size=5))
def test_any_bytes_decode_or_are_rejected(schema: Schema, payloads: list[bytes]) -> None:
    codec = find_codec(schema)
    column = Column(Schema.RAW, list(payloads))
    codec.decode(column)

    assert column.kind is codec.kind
    assert sorted([*column.rows, *column.rejections]) == list(range(len(payloads)))
    assert len(column.values) == len(column.rows)


@QUICK
@given(value=st.floats() | st.sets(st.integers()) | st.binary() | st.integers())
def test_any_value_is_written_as_json_or_rejected(value: object) -> None:
    column = Column(Schema.JSON, [{"value": value}])
    find_codec(Schema.JSON).encode(column)

    assert len(column.values) + len(column.rejections) == 1
    if isinstance(value, float) and not math.isfinite(value):
        assert column.values == [b'{"value":null}']
