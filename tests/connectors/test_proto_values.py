"""What a field of Protocol Buffers takes from JSON, and what JSON gets of it."""

from functools import cache
from typing import Any

import pytest
from google.protobuf import any_pb2

from config.model import Schema
from connectors.codecs import Codec
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec
from tests.connectors.schemas import EVERYTHING_PROTO, LEGACY_PROTO

ADDRESS = "type.googleapis.com/legacy.Address"
DURATION = "type.googleapis.com/google.protobuf.Duration"
BAD_BYTES = ["@@@@", "AA==BB==", "hello world, not b64", "ää", "A", "AA AA", "AA=A", "=", 5, [1]]


@cache
def everything() -> Codec:
    return sink_codec(Schema.PROTO, schema_path=EVERYTHING_PROTO, message_type="shop.Everything")


@cache
def order() -> Codec:
    return sink_codec(Schema.PROTO, schema_path=LEGACY_PROTO, message_type="legacy.Order")


def there_and_back(codec: Codec, value: object) -> Any:
    column = encoded(codec, Schema.JSON, value)
    assert not column.rejections, column.rejections
    codec.decode(column)
    (result,) = column.values
    return result


def refusal(codec: Codec, value: object) -> str:
    return problem(encoded(codec, Schema.JSON, value)).partition("Buffers: ")[2]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"an_int32": "1_000"}, "an_int32: must be a whole number from -2147483648 to 2147483647"),
        ({"an_int32": "٣"}, "an_int32: must be a whole number"),
        ({"an_int32": " 5"}, "an_int32: must be a whole number"),
        ({"an_int32": True}, "an_int32: must be a whole number"),
        ({"an_int32": 2**31}, "an_int32: must be a whole number"),
        ({"a_uint64": -1}, "a_uint64: must be a whole number from 0 to 18446744073709551615"),
        ({"an_int64": 2.0**63}, "an_int64: must be a whole number"),
        ({"an_int64": 5.5}, "an_int64: must be a whole number"),
        ({"a_double": "1_0"}, "a_double: must be a number"),
        ({"a_double": True}, "a_double: must be a number"),
        ({"a_double": 10**400}, "a_double: must be a number of 64 bits"),
        ({"a_double": "1e400"}, "a_double: must be a number of 64 bits"),
        ({"a_double": float("nan")}, "a_double: must be a number of 64 bits"),
        ({"a_float": 1e39}, "a_float: must be a number of 32 bits"),
        ({"a_bool": 1}, "a_bool: must be true or false"),
        ({"a_string": 5}, "a_string: must be a text"),
        ({"a_string": "\ud800"}, "UnicodeEncodeError"),
        ({"color": "PURPLE"}, "color: must be a name or number of shop.Color"),
        ({"color": "1"}, "color: must be a name or number of shop.Color"),
        ({"color": 2**40}, "color: must be a name or number of shop.Color"),
        ({"numbers": 5}, "numbers: must be an array"),
        ({"numbers": [None]}, "numbers: must be a whole number"),
        ({"texts": "abc"}, "texts: must be an array"),
        ({"by_name": [1]}, "by_name: a map must be an object"),
        ({"by_name": {"a": None}}, "by_name: a shop.Everything.Inner must be an object"),
        ({"by_number": {"01": "AA=="}}, "by_number: must be a whole number"),
        ({"by_number": {"-0": "AA=="}}, "by_number: must be a whole number"),
        ({"by_number": {5: "AA=="}}, "by_number: must be a text"),
        ({"by_flag": {"TRUE": 1}}, "by_flag: must have the keys true and false only"),
        ({"inner": "x"}, "inner: a shop.Everything.Inner must be an object"),
        ({"again": {"a_bool": 1}}, "again: a_bool: must be true or false"),
        ({"maybe": "1_000"}, "maybe: must be a whole number"),
        ({"at": "2020-01-01"}, "at: must be in the JSON form of google.protobuf.Timestamp"),
        ({"at": 5}, "at: must be in the JSON form of google.protobuf.Timestamp"),
        ({"extra": [1]}, "extra: must be in the JSON form of google.protobuf.Struct"),
        ({"first": "a", "user": {}}, "user: stands twice, or beside another field of its oneof"),
        ({"a_double": 1.5, "aDouble": 2.5}, "a_double: stands twice"),
        *(({"a_bytes": value}, "a_bytes: must be base64") for value in BAD_BYTES),
    ],
)
def test_what_does_not_fit_a_field_is_refused_by_its_name(value: object, reason: str) -> None:
    assert refusal(everything(), value).startswith(reason)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"color": "BLUE"}, "color: must be a name or number of legacy.Color"),
        ({"color": 9}, "color: must be a name or number of legacy.Color"),
        ({"colors": ["RED", "BLUE", "RED"]}, "colors: must be a name or number"),
        ({"by_name": {"a": "RED", "b": "BLUE"}}, "by_name: must be a name or number"),
        ({"parts": ["AA==", "!"]}, "parts: must be base64"),
        ({"lasts": "1_0s"}, "lasts: must be in the JSON form of google.protobuf.Duration"),
        ({"bytes": "@@@@"}, "bytes: must be base64"),
        ({"any": {"@type": "x/y", "a": 1}}, "any: must have an @type of the schema"),
        ({"any": {"city": "Oslo"}}, "any: must be a text"),
        ({"any": {"type_url": "x/y", "value": "!"}}, "any: must be base64"),
        ({"any": {"@type": ADDRESS, "city": 5}}, "any: city: must be a text"),
        ({"any": "text"}, "any: a google.protobuf.Any must be an object"),
        ({"where": {}, "address": {}}, "address: stands twice"),
        ({"[legacy.extra]": "x"}, "[legacy.extra]: must be a whole number"),
    ],
)
def test_older_schemas_are_as_strict(value: dict[str, object], reason: str) -> None:
    assert refusal(order(), {"id": 1, **value}).startswith(reason)


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"an_int32": "-5"}, {"an_int32": -5}),
        ({"an_int64": "9223372036854775807"}, {"an_int64": 2**63 - 1}),
        ({"an_int32": 5.0, "color": 1.0}, {"an_int32": 5, "color": 1}),
        ({"a_double": "1.5e3", "a_float": 2}, {"a_double": 1500.0, "a_float": 2.0}),
        ({"color": "RED"}, {"color": 1}),
        ({"color": 77}, {"color": 77}),
        ({"a_bytes": "-_8"}, {"a_bytes": "+/8="}),
        ({"by_number": {"-3": "AA=="}}, {"by_number": {"-3": "AA=="}}),
        ({"by_name": {"a": {}}}, {"by_name": {"a": {}}}),
        ({"inner": {}, "perhaps": 0, "maybe": 0}, {"inner": {}, "perhaps": 0, "maybe": 0}),
        ({"a_string": None, "first": None, "user": {"id": 1}}, {"user": {"id": 1}}),
        ({"extra": {"a": [1, None, {"b": "c"}]}}, {"extra": {"a": [1.0, None, {"b": "c"}]}}),
        ({"inner": {"more": 1}, "more": 1, 5: 1}, {"inner": {}}),
    ],
)
def test_what_fits_is_written(value: object, result: object) -> None:
    assert there_and_back(everything(), value) == result


@pytest.mark.parametrize(
    "value",
    [
        {"line": {"number": 5}},
        {"[legacy.extra]": 5},
        {"[legacy.addresses]": [{"city": "Oslo"}, {}], "[legacy.other]": {}},
        {"any": {}},
        {"any": {"@type": ADDRESS, "city": "Oslo"}},
        {"any": {"@type": DURATION, "value": "1.500s"}},
        {"any": {"type_url": "x/unknown.Type", "value": "CAE="}},
        {"lasts": "-3s", "value": None},
        {"value": [1.0, "a"]},
        {"bytes": "AA==", "address": {"city": "Oslo"}},
    ],
)
def test_what_the_reader_shows_the_writer_takes(value: dict[str, object]) -> None:
    assert there_and_back(order(), {"id": 1, **value}) == {"id": 1, **value}


@pytest.mark.parametrize(
    ("value", "result"),
    [
        ({"nothing": None}, {"nothing": 0}),
        ({"nothing": "NULL_VALUE", "nothings": [None, 0]}, {"nothing": 0, "nothings": [0, 0]}),
        ({"nothings": None, "color": None}, {}),
    ],
)
def test_null_is_the_value_of_a_null_value(
    value: dict[str, object], result: dict[str, object]
) -> None:
    assert there_and_back(order(), {"id": 1, **value}) == {"id": 1, **result}


def test_the_same_value_gives_the_same_bytes_in_whatever_order_its_keys_are() -> None:
    entries: dict[str, object] = {f"key{number}": {} for number in range(40)}
    other_way = dict(reversed(entries.items()))
    column = encoded(everything(), Schema.JSON, {"by_name": entries}, {"by_name": other_way})

    assert column.values[0] == column.values[1]


def test_numbers_that_are_not_finite_are_null() -> None:
    value = {"id": 1, "float": "NaN", "doubles": ["Infinity", 1.5, "-Infinity"]}

    assert there_and_back(order(), value) == {"id": 1, "float": None, "doubles": [None, 1.5, None]}


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"\x10\x01", "it is no legacy.Order: a required field is missing"),
        (b"\x08\x01\x32\x01\xff", "a text in it is not UTF-8"),
        (b"\x08\x01\x3a\x05\x0a\x01\xff\x10\x01", "a text in it is not UTF-8"),
        (b"\x08\x01\x42\x04\x0a\x02/\xff", "it is no legacy.Order"),
    ],
)
def test_a_payload_with_what_json_cannot_hold_is_rejected(payload: bytes, reason: str) -> None:
    assert problem(decoded(order(), payload)).endswith(reason)


def test_an_any_must_hold_what_its_type_says() -> None:
    inner = any_pb2.Any(type_url=ADDRESS, value=b"\x08").SerializeToString()
    payload = b"\x08\x01\x42" + bytes([len(inner)]) + inner

    assert problem(decoded(order(), payload)).endswith("it is no legacy.Address")


def test_a_required_field_must_be_given() -> None:
    assert refusal(order(), {"color": "RED"}) == "a required field of legacy.Order is missing"


@pytest.mark.parametrize("levels", [101, 250, 900])
def test_what_no_reader_would_take_is_not_written(levels: int) -> None:
    value: dict[str, object] = {"a_bool": True}
    for _ in range(levels):
        value = {"again": value}

    assert encoded(everything(), Schema.JSON, value).rejections
    assert there_and_back(everything(), {"again": {"again": {}}}) == {"again": {"again": {}}}
