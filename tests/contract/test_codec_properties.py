"""What every codec owes, whatever the payload: the same back, or a rejected row, never a crash."""

import math
from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.model import Schema
from connectors.codecs import Codec
from connectors.column import Column
from tests.connectors.codec_of import encoded, sink_codec
from tests.connectors.schemas import EVERYTHING_AVSC, EVERYTHING_BFBS, EVERYTHING_PROTO

QUICK = settings(max_examples=50, deadline=None)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(TEXT, inner, max_size=5),
    max_leaves=20,
)
FLOAT = st.floats(allow_nan=False, allow_infinity=False, width=32)
DOUBLE = st.floats(allow_nan=False, allow_infinity=False)
BYTE = st.integers(0, 255)


def whole(bits: int, *, signed: bool = True) -> st.SearchStrategy[int]:
    return (
        st.integers(-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        if signed
        else st.integers(0, 2**bits - 1)
    )


def set_only(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Fields of Protocol Buffers: those that have their default are as if they were not set."""
    return st.fixed_dictionaries(
        {}, optional={name: field.filter(bool) for name, field in fields.items()}
    )


def avro() -> st.SearchStrategy[Any]:
    hash4 = st.lists(BYTE, min_size=4, max_size=4)
    node = st.recursive(
        st.none(),
        lambda inner: st.fixed_dictionaries({"value": whole(32), "next": inner, "hash": hash4}),
        max_leaves=5,
    )
    return st.fixed_dictionaries(
        {
            "nothing": st.none(),
            "flag": st.booleans(),
            "small": whole(32),
            "large": whole(64),
            "single": FLOAT,
            "double": DOUBLE,
            "text": TEXT,
            "content": st.lists(BYTE),
            "day": whole(32),
            "at": whole(64),
            "uuid": st.uuids().map(str),
            "price": st.lists(BYTE),
            "hash": hash4,
            "color": st.sampled_from(["RED", "GREEN"]),
            "numbers": st.lists(whole(64)),
            "by_name": st.dictionaries(TEXT, DOUBLE),
            "either": st.none() | st.booleans() | whole(64) | TEXT | st.lists(TEXT),
            "again": node,
        }
    )


def proto() -> st.SearchStrategy[Any]:
    base64 = st.sampled_from(["AA==", "/+8=", "aGVsbG8="])
    deep = set_only(name=TEXT)
    inner = set_only(deeps=st.lists(deep, max_size=3))
    plain = {
        "a_double": DOUBLE,
        "a_float": FLOAT,
        "an_int32": whole(32),
        "an_int64": whole(64),
        "a_uint32": whole(32, signed=False),
        "a_uint64": whole(64, signed=False),
        "a_sint32": whole(32),
        "a_sint64": whole(64),
        "a_fixed32": whole(32, signed=False),
        "a_fixed64": whole(64, signed=False),
        "a_sfixed32": whole(32),
        "a_sfixed64": whole(64),
        "a_bool": st.booleans(),
        "a_string": TEXT,
        "a_bytes": base64,
        "color": st.sampled_from([1, -1, 77]),
        "numbers": st.lists(whole(64)),
        "texts": st.lists(TEXT),
        "by_name": st.dictionaries(TEXT, inner, max_size=3),
        "by_number": st.dictionaries(whole(32).map(str), base64, max_size=3),
        "by_flag": st.fixed_dictionaries({}, optional={"true": DOUBLE, "false": DOUBLE}),
        "at": st.just("2020-02-29T12:30:00.000001Z"),
        "maybe": whole(64),
        "extra": st.dictionaries(TEXT, st.none() | st.booleans() | FLOAT | TEXT, max_size=3),
        "perhaps": whole(32),
    }
    return set_only(
        **plain, inner=inner, again=set_only(**plain), user=set_only(id=whole(32), name=TEXT)
    )


def flat_buffer() -> st.SearchStrategy[Any]:
    color = st.sampled_from(["Grey", "Red", "Green", "Blue", 5])
    point = st.fixed_dictionaries({"x": FLOAT, "y": FLOAT})
    weapon = st.fixed_dictionaries({"damage": whole(16)}, optional={"name": TEXT})
    nested = st.recursive(
        st.fixed_dictionaries({"value": whole(32)}),
        lambda inner: st.fixed_dictionaries({"again": inner, "value": whole(32)}),
        max_leaves=4,
    )
    cell = st.fixed_dictionaries(
        {
            "at": point,
            "kind": color,
            "big": whole(64),
            "row": st.lists(whole(16), min_size=3, max_size=3),
            "points": st.lists(point, min_size=2, max_size=2),
        }
    )
    member = st.one_of(
        st.tuples(st.just("Weapon"), weapon),
        st.tuples(st.just("Nested"), nested),
        st.tuples(st.just("Where"), point),
        st.tuples(st.just("Name"), TEXT),
    )
    fields = st.fixed_dictionaries(
        {
            "a_bool": st.booleans(),
            "a_byte": whole(8),
            "a_ubyte": BYTE,
            "a_short": whole(16),
            "a_ushort": whole(16, signed=False),
            "an_int": whole(32),
            "a_uint": whole(32, signed=False),
            "a_long": whole(64),
            "a_ulong": whole(64, signed=False),
            "a_float": FLOAT,
            "a_double": DOUBLE,
            "color": color,
            "flags": st.sampled_from(["One", "One Three", "One Two Three", 9, 0]),
            "name": TEXT,
            "last": whole(64, signed=False),
        },
        optional={
            "maybe": whole(32),
            "bytes": st.lists(BYTE),
            "doubles": st.lists(DOUBLE),
            "colors": st.lists(color),
            "names": st.lists(TEXT),
            "points": st.lists(point),
            "weapons": st.lists(weapon),
            "cell": cell,
            "nested": nested,
        },
    )
    no_thing: dict[str, Any] = {}
    one = st.just(no_thing) | member.map(lambda pair: {"thing_type": pair[0], "thing": pair[1]})
    several = st.lists(member, max_size=3).map(
        lambda pairs: {
            "things_type": [name for name, _ in pairs],
            "things": [value for _, value in pairs],
        }
    )
    return st.tuples(fields, one, several).map(lambda parts: {**parts[0], **parts[1], **parts[2]})


class Subject(NamedTuple):
    """A codec and the values that it can hold."""

    make: Callable[[], Codec]
    values: Callable[[], st.SearchStrategy[Any]]


SUBJECTS = {
    "json": Subject(lambda: sink_codec(Schema.JSON), lambda: JSON),
    "text": Subject(lambda: sink_codec(Schema.TEXT), lambda: TEXT),
    "raw": Subject(lambda: sink_codec(Schema.RAW), st.binary),
    "avro": Subject(lambda: sink_codec(Schema.AVRO, schema_path=EVERYTHING_AVSC), avro),
    "proto": Subject(
        lambda: sink_codec(
            Schema.PROTO, schema_path=EVERYTHING_PROTO, message_type="shop.Everything"
        ),
        lambda: proto().filter(bool),
    ),
    "flat_buffer": Subject(
        lambda: sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS), flat_buffer
    ),
    "flat_buffer bytes": Subject(lambda: sink_codec(Schema.FLAT_BUFFER), st.binary),
    "avro bytes": Subject(
        lambda: sink_codec(Schema.AVRO, extract_as_json=False), lambda: st.binary(min_size=1)
    ),
}


@cache
def codec_of(name: str) -> Codec:
    return SUBJECTS[name].make()


def test_every_schema_is_covered() -> None:
    assert {codec_of(name).schema for name in SUBJECTS} == set(Schema)


@pytest.mark.parametrize("name", SUBJECTS)
@QUICK
@given(data=st.data())
def test_what_was_encoded_decodes_to_the_same(name: str, data: st.DataObject) -> None:
    codec = codec_of(name)
    values = data.draw(st.lists(SUBJECTS[name].values(), max_size=3))
    column = encoded(codec, codec.kind, *values)
    assert not column.rejections
    assert all(isinstance(payload, bytes) for payload in column.values)
    codec.decode(column)

    assert not column.rejections
    assert column.values == values
    assert (column.kind, column.changed) == (codec.kind, False)


@pytest.mark.parametrize("name", SUBJECTS)
@QUICK
@given(payloads=st.lists(st.binary() | JSON.map(lambda value: repr(value).encode()), max_size=5))
def test_any_bytes_decode_or_are_rejected(name: str, payloads: list[bytes]) -> None:
    _decodes_or_rejects(codec_of(name), payloads)


@pytest.mark.parametrize("name", SUBJECTS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_damaged_payloads_decode_or_are_rejected(name: str, data: st.DataObject) -> None:
    codec = codec_of(name)
    (payload,) = encoded(codec, codec.kind, data.draw(SUBJECTS[name].values())).values
    damaged = bytearray(payload)
    for _ in range(data.draw(st.integers(1, 8)) if payload else 0):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(BYTE)
    end = data.draw(st.integers(0, len(damaged)))
    _decodes_or_rejects(codec, [payload, bytes(damaged), bytes(damaged[:end])])


@pytest.mark.parametrize("name", SUBJECTS)
@QUICK
@given(
    value=JSON
    | st.floats()
    | st.sets(st.integers())
    | st.binary()
    | st.integers()
    | st.dictionaries(st.integers() | st.text(), st.floats() | st.text())
)
def test_any_value_is_written_or_rejected(name: str, value: object) -> None:
    codec = codec_of(name)
    column = encoded(codec, codec.kind, value)

    assert len(column.values) + len(column.rejections) == 1
    assert all(isinstance(payload, bytes) for payload in column.values)


@QUICK
@given(number=st.floats())
def test_numbers_that_json_does_not_know_are_null(number: float) -> None:
    (payload,) = encoded(codec_of("json"), Schema.JSON, [number]).values

    assert (payload == b"[null]") is not math.isfinite(number)


def _decodes_or_rejects(codec: Codec, payloads: list[bytes]) -> None:
    column = Column(Schema.RAW, list(payloads))
    codec.decode(column)

    assert column.kind is codec.kind
    assert sorted([*column.rows, *column.rejections]) == list(range(len(payloads)))
    assert len(column.values) == len(column.rows)
