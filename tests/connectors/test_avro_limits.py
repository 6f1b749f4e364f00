import json
import time
from typing import Any

import pytest

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs.avro_schema import AvroSchema
from connectors.codecs.codec import UnfitError
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec

NESTED = {"type": "record", "name": "N", "fields": [{"name": "next", "type": ["null", "N"]}]}
TOO_DEEP = "it is nested too deep: more than 100 levels"


def record(name: str, **fields: object) -> dict[str, object]:
    described = [{"name": field, "type": kind} for field, kind in fields.items()]
    return {"type": "record", "name": name, "fields": described}


def nested(levels: int) -> Any:
    value: Any = None
    for _ in range(levels):
        value = {"next": value}
    return value


def test_data_has_the_same_limit_of_depth_both_ways() -> None:
    codec = sink_codec(Schema.AVRO, schema_json=json.dumps(NESTED))
    deepest = b"\x02" * 99 + b"\x00"

    assert decoded(codec, deepest).values == [nested(100)]
    assert encoded(codec, Schema.JSON, nested(100)).values == [deepest]
    for levels in (101, 5_000, 100_000):
        assert problem(decoded(codec, b"\x02" * (levels - 1) + b"\x00")).endswith(TOO_DEEP)
        assert problem(encoded(codec, Schema.JSON, nested(levels))).endswith(TOO_DEEP)


@pytest.mark.parametrize("kind", ["array", "map"])
def test_arrays_and_maps_count_as_levels_too(kind: str) -> None:
    inner = {"type": kind, "items": ["null", "R"], "values": ["null", "R"]}
    schema = AvroSchema(record("R", all=inner))
    value: Any = None
    for _ in range(50):
        value = {"all": [value] if kind == "array" else {"a": value}}

    assert schema.read(schema.write(value)) == value
    with pytest.raises(UnfitError, match=TOO_DEEP):
        schema.write({"all": [value] if kind == "array" else {"a": value}})


def test_a_value_that_holds_itself_rejects_its_row() -> None:
    value: dict[str, Any] = {}
    value["next"] = value

    with pytest.raises(UnfitError, match=TOO_DEEP):
        AvroSchema(NESTED).write(value)


@pytest.mark.parametrize(
    "items",
    [
        "null",
        {"type": "null"},
        {"type": "record", "name": "Empty", "fields": []},
        {"type": "fixed", "name": "Nothing", "size": 0},
        record("Outer", a=record("Inner", x="null"), b="Inner"),
    ],
)
def test_arrays_that_could_be_endless_are_refused_with_their_schema(items: object) -> None:
    with pytest.raises(ConfigError, match="an array of values that take no bytes"):
        sink_codec(Schema.AVRO, schema_json=json.dumps({"type": "array", "items": items}))


def test_records_of_many_values_that_take_no_bytes_are_refused_with_their_schema() -> None:
    """200 kB of these took 5 s and 1.2 GB."""
    symbol = {"type": "enum", "name": "E", "symbols": ["A"]}
    few = record("W", e=symbol, **{f"f{number}": "null" for number in range(8)})
    many = record("W", e=symbol, **{f"f{number}": "null" for number in range(9)})

    assert AvroSchema({"type": "array", "items": few}).read(b"\x02\x00\x00")[0]["f7"] is None
    with pytest.raises(ConfigError, match="W: a record of more than 8 values that take no bytes"):
        AvroSchema({"type": "array", "items": many})


def test_records_that_double_what_takes_no_bytes_are_refused_with_their_schema() -> None:
    with pytest.raises(ConfigError, match="a record of more than 8 values that take no bytes"):
        AvroSchema(["null", doubling(16, "null")])


def test_a_record_that_holds_itself_without_end_has_no_data() -> None:
    schema = AvroSchema(record("A", a="A"))

    with pytest.raises(UnfitError, match=TOO_DEEP):
        schema.read(b"\x00")


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ([["null"], "int"], "a union must not hold a union"),
        ({"type": "fixed", "name": "F", "size": -1}, "F: size must be a whole number of 31 bits"),
        ({"type": "fixed", "name": "F", "size": "2"}, "F: size must be a whole number of 31 bits"),
        ({"type": "fixed", "name": "F", "size": 2**62}, "F: size must be a whole number"),
        ({"type": "record", "name": "R", "fields": [{"name": 5, "type": "int"}]}, "R: a field has"),
        ({"__fastavro_parsed": True, "__named_schemas": {}, "type": "strng"}, "UnknownType"),
    ],
)
def test_what_the_library_does_not_look_at_is_refused(schema: object, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        AvroSchema(schema)


def doubling(count: int, kind: object) -> dict[str, object]:
    """Return a schema of so many records that refer twice to the one before."""
    fields = {
        f"f{number}": record(f"R{number}", a=f"R{number - 1}", b=f"R{number - 1}")
        for number in range(1, count)
    }
    return record("Top", f0=record("R0", x=kind), **fields)


@pytest.mark.parametrize("shape", ["doubling", "inside each other", "one after the other"])
def test_a_schema_is_loaded_in_the_time_that_its_size_takes(shape: str) -> None:
    """By the paths through them, the first two have a thousand million of everything."""
    schema: Any = "int"
    if shape == "doubling":
        schema = doubling(30, ["null", "int"])
    elif shape == "inside each other":
        for number in range(30):
            schema = record(f"R{number}", a=schema)
    else:
        chain = {
            f"f{number}": record(f"R{number}", a=["null", f"R{number - 1}"])
            for number in range(1, 1_000)
        }
        schema = record("Top", f0=record("R0", x="int"), **chain)
    start = time.process_time()
    AvroSchema(schema)

    assert time.process_time() - start < 2


@pytest.mark.parametrize("levels", [500, 1_000])
def test_a_schema_nested_too_deep_is_refused(levels: int) -> None:
    text = '{"type": "array", "items": ' * levels + '"int"' + "}" * levels

    with pytest.raises(ConfigError, match="the schema is nested too deep"):
        AvroSchema.parse(text, "Invalid Avro schema JSON")


def test_a_union_that_is_ambiguous_on_every_level_takes_no_endless_time() -> None:
    second = {
        "type": "record",
        "name": "B",
        "fields": [{"name": "x", "type": ["null", "A", "B"]}, {"name": "end", "type": "null"}],
    }
    first = record("A", x=["null", "A", second], end="null")
    value: object = {"x": None, "end": 1}
    for _ in range(60):
        value = {"x": value}

    with pytest.raises(UnfitError, match="fits no branch of its union"):
        AvroSchema(first).write(value)


def test_unions_do_not_limit_how_many_values_there_are() -> None:
    numbers = [None, 5] * 100_000
    schema = AvroSchema({"type": "array", "items": ["null", "int"]})

    assert schema.read(schema.write(numbers)) == numbers
