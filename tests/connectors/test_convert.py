"""The three transforms that convert between formats: what they have in common, and their pairs."""

import base64
import json
from contextlib import nullcontext
from typing import Any

import pytest
from google.protobuf import any_pb2

from config.errors import ConfigError
from config.model import Schema
from connectors import FatalError
from connectors.column import Column
from tests.connectors.codec_of import sink_codec
from tests.connectors.messages import chain, transform
from tests.connectors.schemas import FOLDER, USER_AVSC, USER_BFBS, USER_PROTO

ANN = {"id": 7, "name": "Ann"}
ANN_AVRO = b"\x0e\x06Ann\x00\x01"
ANN_PROTO = b"\x08\x07\x12\x03Ann"
AVRO, FLAT, PROTO = "avro_convert", "flat_buffer_convert", "proto_convert"
AN_ANY = any_pb2.Any(type_url="x/y", value=b"\x00\x01").SerializeToString()
USER = {"schema_path": USER_PROTO, "message_type": "com.example.User"}


def convert(kind: str, source: Schema, *values: object, **options: Any) -> Column:
    column = Column(source, list(values))
    chain(transform(kind, **options)).apply(column, nullcontext())
    return column


def one(kind: str, source: Schema, value: object, **options: Any) -> Any:
    column = convert(kind, source, value, **options)
    assert not column.rejections, column.rejections
    (result,) = column.values
    return result


def refusal(kind: str, source: Schema, value: object, **options: Any) -> str:
    (error,) = convert(kind, source, value, **options).rejections.values()
    return str(error)


def pair(source: str, target: str) -> dict[str, Any]:
    return {"source_format": source, "target_format": target}


@pytest.mark.parametrize("kind", [AVRO, FLAT, PROTO])
@pytest.mark.parametrize("schema", Schema)
def test_the_same_format_passes_and_another_is_refused(kind: str, schema: Schema) -> None:
    other = Schema.TEXT if schema is not Schema.TEXT else Schema.JSON

    assert one(kind, schema, b"\x00\xff", **pair(schema, schema)) == b"\x00\xff"
    with pytest.raises(FatalError, match=f"expected {schema} payload, and these are {other}"):
        convert(kind, other, "x", **pair(schema, schema))


@pytest.mark.parametrize("kind", [AVRO, FLAT, PROTO])
def test_fields_are_renamed_also_where_the_format_stays(kind: str) -> None:
    options = {**pair("json", "json"), "field_mappings": {"a": "b", "b": "c"}}

    assert one(kind, Schema.JSON, {"a": 1, "b": 2, "d": 3}, **options) == {"b": 1, "c": 2, "d": 3}


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [
        (AVRO, "json", "text"),
        (AVRO, "flat_buffer", "avro"),
        (AVRO, "proto", "json"),
        (FLAT, "text", "json"),
        (FLAT, "json", "raw"),
        (PROTO, "avro", "proto"),
        (PROTO, "proto", "flat_buffer"),
        (PROTO, "text", "raw"),
    ],
)
def test_pairs_that_nothing_converts_are_refused_at_the_start(
    kind: str, source: str, target: str
) -> None:
    with pytest.raises(ConfigError, match=f"unsupported conversion: {source} -> {target}"):
        chain(transform(kind, **pair(source, target)))


def test_text_cannot_be_made_into_flat_buffers() -> None:
    with pytest.raises(ConfigError, match="unsupported conversion: text -> flat_buffer"):
        chain(transform(FLAT, **pair("text", "flat_buffer"), schema_path=USER_BFBS))


@pytest.mark.parametrize(("kind", "format_"), [(AVRO, "avro"), (FLAT, "flat_buffer")])
def test_the_format_that_is_left_out_is_that_of_the_transform(kind: str, format_: str) -> None:
    assert one(kind, Schema(format_), b"\x01\x02\x03\x04", target_format="text") == "AQIDBA=="


def test_without_formats_json_is_made_of_the_transforms_own() -> None:
    assert one(PROTO, Schema.PROTO, ANN_PROTO, **USER) == ANN
    assert one(AVRO, Schema.AVRO, ANN_AVRO, schema_path=USER_AVSC)["name"] == "Ann"
    payload = one(FLAT, Schema.JSON, ANN, **pair("json", "flat_buffer"), schema_path=USER_BFBS)
    assert one(FLAT, Schema.FLAT_BUFFER, payload, schema_path=USER_BFBS)["name"] == "Ann"
    assert one(PROTO, Schema.PROTO, '{"a":1}') == {"a": 1}
    with pytest.raises(FatalError, match="expected proto payload, and these are json"):
        convert(PROTO, Schema.JSON, {})


def test_options_of_the_reference_are_taken_as_they_are_given() -> None:
    """All that its parser wants, with values that are not its defaults."""
    options = {
        **USER,
        **pair("proto", "json"),
        "include_paths": [str(FOLDER)],
        "preserve_unknown_fields": True,
        "conversion_options": {
            "validate_messages": False,
            "pretty_json": True,
            "include_metadata": True,
            "type_url_prefix": "my.org",
            "strict_mode": True,
        },
    }
    value = one(PROTO, Schema.PROTO, b"\x08\x07\xa0\x06\x05", **options)

    assert value["data"] == {"id": 7, "unknown_field_100": 5}
    assert value["metadata"]["message_type"] == "com.example.User"


def test_a_registry_of_schemas_is_said_to_have_no_effect(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chain(transform(PROTO, **pair("proto", "json"), schema_registry_url="http://registry"))
    sink_codec(Schema.PROTO, schema_registry_url="http://registry")
    words = "schema_registry_url: has no effect: schemas come from schema_path or descriptor_set"
    assert caplog.text.count(words) == 2
    assert "http://registry" not in caplog.text


@pytest.mark.parametrize("kind", [AVRO, FLAT])
@pytest.mark.parametrize("payload", [5, [1], "text", None])
def test_only_bytes_become_raw_bytes(kind: str, payload: object) -> None:
    format_ = Schema.AVRO if kind is AVRO else Schema.FLAT_BUFFER

    assert "it is of type" in refusal(kind, format_, payload, **pair(str(format_), "raw"))


def test_a_readme_of_the_reference_is_taken_as_it_is() -> None:
    assert one(PROTO, Schema.PROTO, '{"a":1}', target_format="json") == {"a": 1}
    assert one(PROTO, Schema.JSON, {"a": 1}, target_format="proto") == '{"a":1}'


@pytest.mark.parametrize(
    ("kind", "options", "key"),
    [
        (AVRO, pair("json", "avro"), "schema_path: is required for this conversion"),
        (AVRO, pair("avro", "json"), "schema_path: is required for this conversion"),
        (FLAT, pair("json", "flat_buffer"), "schema_path: is required for this conversion"),
        (AVRO, {**pair("avro", "json"), "schema_path": "/not/there"}, "Cannot read schema file"),
        (FLAT, {**pair("flat_buffer", "json"), "schema_path": "/not/there"}, "Cannot read schema"),
        (PROTO, {**pair("proto", "json"), "schema_path": "/not/there.proto"}, "Cannot read schema"),
        (AVRO, pair("jsn", "avro"), "did you mean 'json'"),
    ],
)
def test_what_is_wrong_is_found_at_the_start(kind: str, options: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        chain(transform(kind, **options))


def test_json_and_avro_are_converted_both_ways() -> None:
    to_avro = convert(
        AVRO, Schema.JSON, ANN, {"id": "x"}, **pair("json", "avro"), schema_path=USER_AVSC
    )
    assert (to_avro.kind, to_avro.values, to_avro.changed) == (Schema.AVRO, [ANN_AVRO], True)
    assert "from json to avro: id: must be a whole number" in str(to_avro.rejections[1])

    to_json = convert(
        AVRO, Schema.AVRO, ANN_AVRO, b"", **pair("avro", "json"), schema_path=USER_AVSC
    )
    assert to_json.kind is Schema.JSON
    assert to_json.values == [{**ANN, "email": None, "active": True}]
    assert list(to_json.rejections) == [1]


def test_the_rest_of_avro() -> None:
    with_schema = {"schema_path": USER_AVSC}
    text = json.dumps(ANN)
    assert one(AVRO, Schema.TEXT, text, **pair("text", "avro"), **with_schema) == ANN_AVRO
    assert "not JSON" in refusal(AVRO, Schema.TEXT, "{", **pair("text", "avro"), **with_schema)
    assert one(AVRO, Schema.AVRO, b"\x00", **pair("avro", "raw")) == b"\x00"
    assert one(AVRO, Schema.RAW, b"\x00", **pair("raw", "avro")) == b"\x00"
    assert one(AVRO, Schema.RAW, ANN_AVRO, **pair("raw", "avro"), **with_schema) == ANN_AVRO
    assert refusal(AVRO, Schema.RAW, b"\x00", **pair("raw", "avro"), **with_schema)
    assert one(AVRO, Schema.RAW, ANN_AVRO, **pair("avro", "json"), **with_schema)["name"] == "Ann"


def test_avro_fields_are_renamed_once() -> None:
    names = {"id": "user_id", "user_id": "id"}
    options = {"schema_path": USER_AVSC, "field_mappings": names}

    result = one(AVRO, Schema.AVRO, ANN_AVRO, **pair("avro", "json"), **options)
    assert (result["user_id"], "id" in result) == (7, False)
    value = {"user_id": 7, "name": "Ann"}
    assert one(AVRO, Schema.JSON, value, **pair("json", "avro"), **options) == ANN_AVRO


def test_json_and_flat_buffers_are_converted_both_ways() -> None:
    options = {
        "schema_path": USER_BFBS,
        "include_paths": ["."],
        "preserve_unknown_fields": False,
        "field_mappings": {"user": "id"},
        "conversion_options": {
            "verify_buffers": True,
            "pretty_json": False,
            "include_metadata": False,
            "buffer_size_hint": 64,
            "strict_mode": False,
        },
    }
    payload = one(
        FLAT, Schema.JSON, {"user": 7, "name": "Ann"}, **pair("json", "flat_buffer"), **options
    )
    value = one(
        FLAT, Schema.FLAT_BUFFER, payload, **pair("flatbuffer", "json"), schema_path=USER_BFBS
    )

    assert value == {"id": 7, "name": "Ann", "active": False, "created_at": 0}
    assert one(FLAT, Schema.RAW, payload, **pair("flat_buffer", "raw")) == payload


def test_flat_buffer_fields_are_renamed_once() -> None:
    options = {"schema_path": USER_BFBS, "field_mappings": {"first": "id", "id": "created_at"}}
    value = {"first": 7, "name": "Ann"}
    payload = one(FLAT, Schema.JSON, value, **pair("json", "flat_buffer"), **options)

    plain = one(FLAT, Schema.FLAT_BUFFER, payload, schema_path=USER_BFBS)
    assert plain == {"id": 7, "name": "Ann", "active": False, "created_at": 0}


def test_a_flat_buffer_without_a_schema_is_shown_in_base64() -> None:
    payload = (FOLDER / "everything.bin").read_bytes()
    value = one(FLAT, Schema.FLAT_BUFFER, payload, **pair("flat_buffer", "json"))

    assert value["buffer_size"] == len(payload)
    assert base64.b64decode(value["raw_data_base64"]) == payload
    assert "it has 2 bytes" in refusal(
        FLAT, Schema.FLAT_BUFFER, b"ab", **pair("flat_buffer", "json")
    )


def test_json_and_messages_are_converted_both_ways() -> None:
    options = {
        **USER,
        "include_paths": ["."],
        "preserve_unknown_fields": False,
        "field_mappings": {"user_id": "id", "full_name": "name"},
    }
    value = {"user_id": 7, "full_name": "Ann"}
    column = convert(PROTO, Schema.JSON, value, 5, **pair("json", "proto"), **options)
    assert (column.kind, column.values) == (Schema.PROTO, [ANN_PROTO])
    assert list(column.rejections) == [1]

    for kind in (Schema.PROTO, Schema.RAW):
        assert one(PROTO, kind, ANN_PROTO, **pair("proto", "json"), **USER) == ANN
    assert one(PROTO, Schema.PROTO, ANN_PROTO, **pair("proto", "text"), **USER) == json.dumps(
        ANN, separators=(",", ":")
    )
    assert "no com.example.User" in refusal(
        PROTO, Schema.RAW, b"\x08", **pair("proto", "json"), **USER
    )
    assert one(PROTO, Schema.RAW, ANN_PROTO, **pair("raw", "proto"), **USER) == ANN_PROTO
    assert refusal(PROTO, Schema.RAW, b"\x08", **pair("raw", "proto"), **USER)
    assert refusal(PROTO, Schema.TEXT, "no json", **pair("text", "proto"), **USER)


def test_without_a_schema_json_text_stands_for_messages() -> None:
    column = convert(PROTO, Schema.JSON, ANN, **pair("json", "proto"))

    assert (column.kind, column.values) == (Schema.PROTO, ['{"id":7,"name":"Ann"}'])
    names = {"id": "user_id", "name": "full_name"}
    text = one(PROTO, Schema.JSON, ANN, **pair("json", "proto"), field_mappings=names)
    assert text == '{"user_id":7,"full_name":"Ann"}'
    assert one(PROTO, Schema.TEXT, "no json", **pair("text", "proto")) == "no json"
    assert one(PROTO, Schema.RAW, b"\xff", **pair("raw", "proto")) == b"\xff"
    assert one(PROTO, Schema.PROTO, '{"a":1}', **pair("proto", "json")) == {"a": 1}
    assert one(PROTO, Schema.PROTO, "{", **pair("proto", "json")) == {
        "proto_text": "{",
        "format": "text",
    }
    assert one(PROTO, Schema.PROTO, "text", **pair("proto", "text")) == "text"
    assert one(PROTO, Schema.PROTO, "text", **pair("proto", "raw")) == b"text"


def test_without_a_schema_bytes_are_shown_as_any_or_in_base64() -> None:
    assert one(PROTO, Schema.RAW, AN_ANY, **pair("proto", "json")) == {
        "type_url": "x/y",
        "value": "AAE=",
    }
    assert one(PROTO, Schema.RAW, b"\xff", **pair("proto", "json")) == {
        "binary_data": "/w==",
        "format": "raw_binary",
    }
    text = one(PROTO, Schema.PROTO, AN_ANY, **pair("proto", "text"))
    assert text == "Type: x/y\nData: 2 bytes\nBase64: AAE="
    text = one(PROTO, Schema.PROTO, b"\xff", **pair("proto", "text"))
    assert text == "Binary protobuf data: 1 bytes\nBase64: /w=="


def test_metadata_tells_where_a_value_came_from() -> None:
    options = {**pair("proto", "json"), "conversion_options": {"include_metadata": True}}
    value = one(PROTO, Schema.PROTO, '{"a":1}', **options)
    assert value["data"] == {"a": 1}
    assert value["metadata"].keys() == {"converted_from", "timestamp", "message_type"}
    assert value["metadata"]["message_type"] == "unknown"
    value = one(PROTO, Schema.RAW, ANN_PROTO, **options, **USER)
    assert (value["data"], value["metadata"]["message_type"]) == (ANN, "com.example.User")
    value = one(PROTO, Schema.RAW, AN_ANY, **options)
    assert value["metadata"]["converted_from"] == "protobuf_any"


def test_json_texts_and_bytes_are_converted_by_the_way() -> None:
    pretty = {"conversion_options": {"pretty_json": True}}
    assert one(PROTO, Schema.JSON, {"a": 1}, **pair("json", "text")) == '{"a":1}'
    assert one(PROTO, Schema.JSON, {"a": 1}, **pair("json", "text"), **pretty) == '{\n  "a": 1\n}'
    assert one(PROTO, Schema.TEXT, '{"a":1}', **pair("text", "json")) == {"a": 1}
    assert one(PROTO, Schema.JSON, {"a": 1}, **pair("json", "raw")) == b'{"a":1}'
    assert one(PROTO, Schema.RAW, b'{"a":1}', **pair("raw", "json")) == {"a": 1}
    assert "it is not JSON" in refusal(PROTO, Schema.RAW, b"\xff", **pair("raw", "json"))
