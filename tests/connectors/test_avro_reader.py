from io import BytesIO
from typing import Any

import fastavro
import pytest

from connectors.codecs.avro_schema import AvroSchema
from connectors.codecs.codec import UnfitError

ABC = {"type": "enum", "name": "E", "symbols": ["A", "B", "C"]}
INTS = {"type": "array", "items": "int"}


def zigzag(number: int) -> bytes:
    left = (number << 1) ^ (number >> 63)
    content = b""
    while left > 127:
        content += bytes([left & 127 | 128])
        left >>= 7
    return content + bytes([left])


def read(schema: object, payload: bytes) -> Any:
    return AvroSchema(schema).read(payload)


@pytest.mark.parametrize(
    ("schema", "payload", "reason"),
    [
        ("int", zigzag(2**31), "a number has more than 32 bits"),
        ("int", zigzag(-(2**31) - 1), "a number has more than 32 bits"),
        ("long", b"\xff" * 10 + b"\x01", "a number has more than 64 bits"),
        ("long", b"\xff" * 9 + b"\x02", "a number has more than 64 bits"),
        ("long", b"\xff" * 5, "it ends early or does not fit the schema"),
        ("boolean", b"\x02", "it ends early or does not fit the schema"),
        (["null", "int"], zigzag(-1) + b"\x02", "it ends early or does not fit the schema"),
        (["null", "int"], zigzag(2), "it ends early or does not fit the schema"),
        (ABC, zigzag(-1), "it ends early or does not fit the schema"),
        (ABC, zigzag(3), "it ends early or does not fit the schema"),
        ("string", zigzag(-1) + b"text", "it ends early"),
        ("bytes", zigzag(2**62) + b"text", "it ends early"),
        ("string", b"\x06\xed\xa0\x80", "it ends early or does not fit the schema"),
        (INTS, zigzag(2**62) + b"\x02", "it ends early or does not fit the schema"),
        (INTS, zigzag(-(2**63)) + b"\x02\x02", "it ends early or does not fit the schema"),
        (INTS, zigzag(-2) + zigzag(3) + b"\x02\x04\x00", "a block has another size than it says"),
    ],
)
def test_what_no_writer_writes_is_refused(schema: object, payload: bytes, reason: str) -> None:
    with pytest.raises(UnfitError, match=f"^{reason}$"):
        read(schema, payload)


@pytest.mark.parametrize("name", ["small", "again"])
def test_a_recursive_record_is_checked_like_any_other(name: str) -> None:
    fields = [{"name": "small", "type": "int"}, {"name": "again", "type": ["null", "R"]}]
    schema = {"type": "record", "name": "R", "fields": fields}
    payload = {"small": zigzag(2**40) + b"\x00", "again": b"\x00" + zigzag(-2)}[name]

    with pytest.raises(UnfitError):
        read(schema, payload)
    assert read(schema, b"\x02\x02\x04\x00") == {"small": 1, "again": {"small": 2, "again": None}}


@pytest.mark.parametrize(
    ("schema", "payload", "value"),
    [
        ("int", zigzag(-(2**31)), -(2**31)),
        ("long", zigzag(2**63 - 1), 2**63 - 1),
        ("long", zigzag(-(2**63)), -(2**63)),
        ("long", b"\x80\x00", 0),
        (INTS, zigzag(2) + b"\x02\x04" + zigzag(1) + b"\x06\x00", [1, 2, 3]),
        (INTS, zigzag(-2) + zigzag(2) + b"\x02\x04\x00", [1, 2]),
        ({"type": "map", "values": "int"}, b"\x01\x06\x02a\x02\x00", {"a": 1}),
    ],
)
def test_other_forms_of_the_same_are_read(schema: object, payload: bytes, value: object) -> None:
    assert read(schema, payload) == value


@pytest.mark.parametrize("place", [0, 63, 64, 199])
def test_enums_and_unions_may_be_long(place: int) -> None:
    symbols = {"type": "enum", "name": "E", "symbols": [f"S{one}" for one in range(200)]}
    records = [{"type": "record", "name": f"R{one}", "fields": []} for one in range(200)]

    assert read(symbols, zigzag(place)) == f"S{place}"
    assert read(records, zigzag(place)) == {}


def test_what_the_library_writes_is_read_as_the_library_does() -> None:
    schema = {
        "type": "record",
        "name": "R",
        "fields": [
            {"name": "numbers", "type": {"type": "array", "items": ["null", "long", "double"]}},
            {"name": "by_name", "type": {"type": "map", "values": {"type": "map", "values": ABC}}},
            {"name": "letter", "type": "E"},
        ],
    }
    numbers = [None, 1.5, *(sign * 2**bits for bits in range(63) for sign in (1, -1))]
    value = {"numbers": numbers, "by_name": {"a": {"b": "C"}, "": {}}, "letter": "B"}
    stream = BytesIO()
    parsed = fastavro.parse_schema(schema)
    fastavro.schemaless_writer(stream, parsed, value)

    assert read(schema, stream.getvalue()) == value
