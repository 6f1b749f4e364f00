import struct

import pytest

from config.model import Schema
from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_reader import FlatBufferReader
from connectors.codecs.flat_buffer_reflection import read_binary_schema
from connectors.codecs.flat_buffer_schema import BaseType, FlatBufferSchema
from connectors.codecs.flat_buffer_writer import FlatBufferWriter
from tests.connectors.binary_schema import binary_schema, field, table, type_of
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec
from tests.connectors.schemas import EVERYTHING_BFBS

TABLES = type_of(BaseType.VECTOR, BaseType.OBJECT, index=1)
TEXTS = type_of(BaseType.VECTOR, BaseType.STRING)
TOO_MUCH = "it holds too much for its size"
EMPTY_TABLE = struct.pack("<HHi", 4, 4, 4)


def wide(base: BaseType, *, fields: int = 60) -> FlatBufferSchema:
    """Return the schema of a root with `all`, a vector of tables of so many fields."""
    columns = [field(f"f{one}", 4 + 2 * one, type_of(base)) for one in range(fields)]
    return read_binary_schema(
        binary_schema(table("Root", field("all", 4, TABLES)), table("Wide", *columns))
    )


def shared(count: int, content: bytes, at: int = 0) -> bytes:
    """Return a root whose vector has so many offsets, all of which lead into `content`."""
    head = struct.pack("<IHHHxxiII", 12, 6, 8, 4, 8, 4, count)
    end = len(head) + 4 * count
    offsets = (end + at - place for place in range(len(head), end, 4))
    return head + struct.pack(f"<{count}I", *offsets) + content


def read(schema: FlatBufferSchema, payload: bytes) -> object:
    assert schema.root is not None
    return FlatBufferReader(schema, schema.root, checks_identifier=False).read(payload)


def test_tables_in_tables_have_a_limit_both_ways() -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS, root_table_name="Nested")
    deep: dict[str, object] = {"value": 1}
    for _ in range(63):
        deep = {"again": deep, "value": 1}
    column = encoded(codec, Schema.JSON, deep, {"again": deep})

    assert problem(column).endswith("it is nested too deep: more than 64 levels")
    assert decoded(codec, *column.values).values == [deep]


@pytest.mark.parametrize("base", [BaseType.INT, BaseType.STRING])
def test_one_empty_table_cannot_be_used_without_end(base: BaseType) -> None:
    """400 kB that lead 100,000 times to a table of 60 fields took 7 s."""
    schema = wide(base)

    assert read(schema, shared(3, EMPTY_TABLE, 4)) is not None
    with pytest.raises(UnfitError, match=TOO_MUCH):
        read(schema, shared(100_000, EMPTY_TABLE, 4))


def test_one_full_table_cannot_be_used_without_end() -> None:
    places = struct.pack("<62H", 124, 64, *range(4, 64))
    full = places + struct.pack("<i", len(places)) + b"\x01" * 60

    with pytest.raises(UnfitError, match=TOO_MUCH):
        read(wide(BaseType.BOOL), shared(100_000, full, len(places)))


def test_one_text_cannot_be_used_without_end() -> None:
    schema = read_binary_schema(binary_schema(table("Root", field("all", 4, TEXTS))))
    text = struct.pack("<I", 50_000) + b"x" * 50_000

    with pytest.raises(UnfitError, match=TOO_MUCH):
        read(schema, shared(50_000, text))
    assert read(schema, shared(2, text)) == {"all": ["x" * 50_000] * 2}


def test_a_vector_of_many_structs_is_read() -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS, verify_buffers=False)
    value = {"name": "", "points": [{"x": 1.0, "y": 2.0}] * 20_000}
    column = encoded(codec, Schema.JSON, value)

    assert decoded(codec, *column.values).values[0]["points"] == value["points"]


@pytest.mark.parametrize("base", [BaseType.INT, BaseType.STRING])
@pytest.mark.parametrize("count", [1_000, 10_000])
def test_many_wide_tables_that_are_nearly_empty_are_read(base: BaseType, count: int) -> None:
    schema = wide(base)
    assert schema.root is not None
    writer = FlatBufferWriter(schema, schema.root, size_hint_bytes=1024)
    row = {"f7": 5 if base is BaseType.INT else "five"}
    value = read(schema, writer.write({"all": [row] * count}))

    assert isinstance(value, dict)
    assert [one["f7"] for one in value["all"]] == [row["f7"]] * count
