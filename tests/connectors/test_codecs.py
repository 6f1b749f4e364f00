import pytest

from config.model import Schema
from connectors import FatalError
from connectors.codecs import find_codec
from connectors.column import Column

BROKEN_JSON = [
    b"",
    b"{",
    b"{'a': 1}",
    b"NaN",
    b"-Infinity",
    b"1e400",
    b'"\\ud800"',
    b"\xff",
    b"[" * 100_000,
    b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
]


def decoded(schema: Schema, *payloads: bytes) -> Column:
    column = Column(Schema.RAW, list(payloads))
    find_codec(schema).decode(column)
    return column


def encoded(schema: Schema, kind: Schema, *values: object) -> Column:
    column = Column(kind, list(values))
    find_codec(schema).encode(column)
    return column


@pytest.mark.parametrize("payload", BROKEN_JSON)
def test_broken_json_rejects_its_row_only(payload: bytes) -> None:
    column = decoded(Schema.JSON, b"1", payload, b"3")

    assert column.values == [1, 3]
    assert list(column.rows) == [0, 2]
    assert list(column.rejections) == [1]
    assert str(column.rejections[1]).startswith("the payload is not JSON: ")


def test_json_integers_are_exact_within_64_bits_and_doubles_beyond() -> None:
    column = decoded(
        Schema.JSON, b"18446744073709551615", b"-9223372036854775808", b"1" + b"0" * 30
    )

    assert column.values == [2**64 - 1, -(2**63), 1e30]
    assert [type(value) for value in column.values] == [int, int, float]


def test_json_is_written_compact_and_nan_as_null() -> None:
    column = encoded(
        Schema.JSON, Schema.JSON, {"a": [1, 1.5, None, "ä"]}, float("nan"), float("inf")
    )

    assert column.values == ['{"a":[1,1.5,null,"ä"]}'.encode(), b"null", b"null"]


@pytest.mark.parametrize(
    "value", [{1: 2}, {"a": {3}}, 2**64, "\ud800", b"bytes", object(), [float("nan"), -(2**63) - 1]]
)
def test_what_json_cannot_hold_rejects_its_row_only(value: object) -> None:
    column = encoded(Schema.JSON, Schema.JSON, 1, value)

    assert column.values == [b"1"]
    assert str(column.rejections[1]).startswith("the payload cannot be written as JSON: ")


def test_json_writes_text_as_a_string() -> None:
    assert encoded(Schema.JSON, Schema.TEXT, 'say "hi"').values == [b'"say \\"hi\\""']


def test_text_writes_json_as_compact_text() -> None:
    assert encoded(Schema.TEXT, Schema.JSON, {"a": 1}, "hi").values == [b'{"a":1}', b'"hi"']


def test_text_is_utf8_both_ways() -> None:
    assert decoded(Schema.TEXT, "grün".encode(), b"").values == ["grün", ""]
    assert encoded(Schema.TEXT, Schema.TEXT, "grün").values == ["grün".encode()]


@pytest.mark.parametrize(
    ("value", "reason"),
    [("no\ud800", "at character 2"), (5, "it is of type int"), (b"a", "it is of type bytes")],
)
def test_what_is_no_text_rejects_its_row_only(value: object, reason: str) -> None:
    column = encoded(Schema.TEXT, Schema.TEXT, "fine", value)

    assert column.values == [b"fine"]
    assert str(column.rejections[1]) == f"the payload cannot be written as UTF-8: {reason}"


def test_raw_is_never_touched() -> None:
    assert decoded(Schema.RAW, b"\xff", b"").values == [b"\xff", b""]
    assert encoded(Schema.RAW, Schema.RAW, b"\xff").values == [b"\xff"]


def test_what_is_no_bytes_is_not_written_as_raw() -> None:
    column = encoded(Schema.RAW, Schema.RAW, b"fine", {"a": 1})

    assert column.values == [b"fine"]
    assert str(column.rejections[1]) == "the payload cannot be written as bytes: it is of type dict"


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        (Schema.RAW, Schema.JSON),
        (Schema.RAW, Schema.TEXT),
        (Schema.JSON, Schema.RAW),
        (Schema.JSON, Schema.AVRO),
        (Schema.AVRO, Schema.RAW),
        (Schema.FLAT_BUFFER, Schema.JSON),
        (Schema.TEXT, Schema.RAW),
    ],
)
def test_a_kind_that_a_schema_cannot_hold_is_fatal(schema: Schema, kind: Schema) -> None:
    with pytest.raises(FatalError, match=f"{kind} payloads cannot be written with schema {schema}"):
        encoded(schema, kind, "x")


@pytest.mark.parametrize("schema", [Schema.AVRO, Schema.FLAT_BUFFER, Schema.PROTO])
def test_bytes_of_a_binary_format_pass_where_there_is_no_schema(schema: Schema) -> None:
    column = decoded(schema, b"\xff", b"")

    assert (column.kind, column.values) == (schema, [b"\xff", b""])
    assert encoded(schema, schema, b"\xff", 5).values == [b"\xff"]
    assert encoded(Schema.RAW, schema, b"\xff").values == [b"\xff"]


def test_every_schema_has_a_codec() -> None:
    for schema in Schema:
        assert find_codec(schema).schema is schema
