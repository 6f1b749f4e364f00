import base64
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import any_pb2, wrappers_pb2

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs import Codec
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec, source_codec
from tests.connectors.schemas import EVERYTHING_PROTO, FOLDER, USER_PROTO

USER = {"schema_path": USER_PROTO, "message_type": "com.example.User"}
ANN = {"id": 7, "name": "Ann", "tags": ["a", "b"], "address": {"city": "Oslo"}}


def wrapped(payload: object) -> any_pb2.Any:
    assert isinstance(payload, bytes)
    return any_pb2.Any.FromString(payload)


def string_value(wrapper: any_pb2.Any) -> str:
    assert wrapper.type_url == "type.googleapis.com/google.protobuf.StringValue"
    return wrappers_pb2.StringValue.FromString(wrapper.value).value


def write(codec: Codec, kind: Schema, value: object) -> Any:
    (payload,) = encoded(codec, kind, value).values
    return payload


def test_messages_are_read_and_written_whole() -> None:
    payload = write(source_codec(Schema.PROTO, **USER), Schema.JSON, ANN)

    assert b"Ann" in payload
    assert b"Oslo" in payload
    assert decoded(sink_codec(Schema.PROTO, **USER), payload).values == [ANN]


def test_signed_fixed_and_floating_numbers_are_right() -> None:
    """Hand-made by the wire format: zigzag, fixed widths, a packed array."""
    options = {"schema_path": EVERYTHING_PROTO, "message_type": "shop.Everything"}
    payload = (
        b"\x09\x00\x00\x00\x00\x00\x00\xf8\x3f"  # double 1.5
        b"\x38\x05"  # sint32 -3
        b"\x49\x07\x00\x00\x00"  # a wrong wire type is unknown, and skipped
        b"\x00\x00\x00\x00"
        b"\x65\xff\xff\xff\xff"  # unknown field of 32 bits
        b"\x61\xfe\xff\xff\xff\xff\xff\xff\xff"  # sfixed64 -2
        b"\x8a\x01\x02\x01\x03"  # packed sint64 [-1, -2]
    )

    assert decoded(sink_codec(Schema.PROTO, **options), payload).values == [
        {"a_double": 1.5, "a_sint32": -3, "a_sfixed64": -2, "numbers": [-1, -2]}
    ]


def test_unknown_fields_are_left_out_unless_they_are_asked_for() -> None:
    payload = b"\x08\x07\x9a\x06\x02ab\xa0\x06\x05"
    keeping = sink_codec(Schema.PROTO, **USER, preserve_unknown_fields=True)

    assert decoded(sink_codec(Schema.PROTO, **USER), payload).values == [{"id": 7}]
    assert decoded(keeping, payload).values == [
        {"id": 7, "unknown_field_99": "YWI=", "unknown_field_100": 5}
    ]


def test_what_is_no_message_rejects_its_row_only() -> None:
    column = decoded(sink_codec(Schema.PROTO, **USER), b"\x08\x07", b"\x08", b"")

    assert column.values == [{"id": 7}]
    reasons = [str(error).partition(": ")[2] for error in column.rejections.values()]
    assert reasons == ["it is no com.example.User", "it is empty"]


@pytest.mark.parametrize("value", [[1], "text", None, 5])
def test_what_is_no_object_needs_a_field_named_value(value: object) -> None:
    column = encoded(source_codec(Schema.PROTO, **USER), Schema.JSON, value)

    assert problem(column).endswith("no object, and com.example.User has no field value")


def test_unknown_keys_are_left_out() -> None:
    payload = write(source_codec(Schema.PROTO, **USER), Schema.JSON, {"id": 7, "more": 1})

    assert payload == b"\x08\x07"


def test_names_are_mapped_from_proto_to_json_both_ways() -> None:
    names = {"id": "user_id", "name": "id"}
    payload = write(
        source_codec(Schema.PROTO, **USER, field_mappings=names),
        Schema.JSON,
        {"user_id": 7, "id": "Ann"},
    )

    assert decoded(sink_codec(Schema.PROTO, **USER), payload).values == [{"id": 7, "name": "Ann"}]
    mapping = sink_codec(Schema.PROTO, **USER, field_mappings=names)
    assert decoded(mapping, payload).values == [{"user_id": 7, "id": "Ann"}]


def test_other_payloads_are_written_where_the_message_has_a_place_for_them(tmp_path: Path) -> None:
    schema = tmp_path / "note.proto"
    schema.write_text('syntax = "proto3"; message Note { string text = 1; bytes data = 2; }')
    codec = source_codec(Schema.PROTO, schema_path=str(schema), message_type="Note")

    assert write(codec, Schema.TEXT, "hi") == b"\x0a\x02hi"
    assert write(codec, Schema.TEXT, '{"text": "hi"}') == b"\x0a\x02hi"
    assert write(codec, Schema.RAW, b"\xff") == b"\x12\x01\xff"
    assert write(codec, Schema.PROTO, b"\x0a\x00") == b"\x0a\x00"
    assert write(codec, Schema.PROTO, '{"text": "hi"}') == b"\x0a\x02hi"
    column = encoded(source_codec(Schema.PROTO, **USER), Schema.TEXT, "hi")
    assert problem(column).endswith("it is no object, and com.example.User has no field text")
    column = encoded(codec, Schema.AVRO, b"\x00")
    assert problem(column).endswith("it is no object, and Note has no field avro_size and data")


def test_without_a_schema_an_any_is_shown() -> None:
    payload = any_pb2.Any(type_url="x/y", value=b"\x00").SerializeToString()
    names = {"type_url": "type"}

    assert decoded(sink_codec(Schema.PROTO), payload).values == [
        {"type_url": "x/y", "value": "AA=="}
    ]
    assert decoded(sink_codec(Schema.PROTO, field_mappings=names), payload).values == [
        {"type": "x/y", "value": "AA=="}
    ]


@pytest.mark.parametrize("payload", [b"", b"\xff", b"no any", b"\x08\x07"])
def test_what_is_no_any_rejects_its_row(payload: bytes) -> None:
    assert problem(decoded(sink_codec(Schema.PROTO), payload))


def test_without_a_schema_payloads_are_wrapped() -> None:
    codec = source_codec(Schema.PROTO)

    assert string_value(wrapped(write(codec, Schema.JSON, {"a": 1}))) == '{"a":1}'
    assert string_value(wrapped(write(codec, Schema.PROTO, "text"))) == "text"
    before_ms = time.time_ns() // 1_000_000
    text = json.loads(string_value(wrapped(write(codec, Schema.TEXT, "hi"))))
    assert (text["text"], text["encoding"]) == ("hi", "utf-8")
    assert before_ms <= text["timestamp"] <= time.time_ns() // 1_000_000
    wrapper = wrapped(write(codec, Schema.RAW, b"\x00"))
    assert wrapper.type_url == "type.googleapis.com/google.protobuf.BytesValue"
    assert wrappers_pb2.BytesValue.FromString(wrapper.value).value == b"\x00"


def test_what_was_wrapped_is_shown_as_an_any() -> None:
    payload = write(source_codec(Schema.PROTO), Schema.JSON, {"a": [{"b": None}]})
    (value,) = decoded(sink_codec(Schema.PROTO), payload).values

    assert base64.b64decode(value["value"]).endswith(b'{"a":[{"b":null}]}')


def test_the_prefix_of_types_can_be_set() -> None:
    codec = source_codec(Schema.PROTO, format_options={"type_url_prefix": "my.org"})

    assert wrapped(write(codec, Schema.JSON, 1)).type_url == "my.org/google.protobuf.StringValue"


def test_mapped_names_are_wrapped_too() -> None:
    codec = source_codec(Schema.PROTO, field_mappings={"user_id": "id"})

    assert string_value(wrapped(write(codec, Schema.JSON, {"id": 1}))) == '{"user_id":1}'


def test_without_schema_and_wrapper_bytes_are_bytes() -> None:
    reads, writes = (
        make(Schema.PROTO, use_any_wrapper=False) for make in (sink_codec, source_codec)
    )
    column = decoded(reads, b"\xff")

    assert (column.kind, column.values) == (Schema.RAW, [b"\xff"])
    assert write(writes, Schema.JSON, {"a": 1}) == b'{"a":1}'
    assert write(writes, Schema.TEXT, "hi") == b"hi"
    assert write(writes, Schema.RAW, b"\xff") == b"\xff"


def test_an_edited_schema_is_read_when_the_codec_is_built_anew(tmp_path: Path) -> None:
    schema = tmp_path / "user.proto"
    options = {"schema_path": str(schema), "message_type": "User"}
    for name in ("id", "number"):
        schema.write_text(f'syntax = "proto3"; message User {{ int32 {name} = 1; }}')
        assert decoded(sink_codec(Schema.PROTO, **options), b"\x08\x07").values == [{name: 7}]
        assert write(source_codec(Schema.PROTO, **options), Schema.JSON, {name: 7}) == b"\x08\x07"
    schema.write_text("nonsense")
    with pytest.raises(ConfigError, match=r"user\.proto"):
        sink_codec(Schema.PROTO, **options)


def test_all_options_have_defaults_and_are_in_force_when_they_are_given() -> None:
    every = {
        **USER,
        "use_any_wrapper": False,
        "field_mappings": {"id": "user_id"},
        "include_paths": [str(FOLDER)],
        "preserve_unknown_fields": True,
        "format_options": {
            "compact_encoding": False,
            "validate_message": False,
            "type_url_prefix": "my.org",
            "deterministic_encoding": True,
        },
    }
    payload = b"\x08\x07\xa0\x06\x05"
    expected = {"user_id": 7, "unknown_field_100": 5}
    assert decoded(sink_codec(Schema.PROTO, **every), payload).values == [expected]
    assert write(source_codec(Schema.PROTO, **every), Schema.JSON, expected) == b"\x08\x07"

    by_default = sink_codec(Schema.PROTO)
    assert (by_default.kind, by_default.schema) == (Schema.JSON, Schema.PROTO)
    assert decoded(sink_codec(Schema.PROTO, **USER), payload).values == [{"id": 7}]


def test_a_descriptor_set_needs_no_compiler(tmp_path: Path) -> None:
    file = tmp_path / "user.desc"
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{FOLDER}", USER_PROTO]
    subprocess.run([*command, f"--descriptor_set_out={file}"], check=True, timeout=30)
    by_file = {"schema_path": str(file), "message_type": "com.example.User"}
    in_place = {"descriptor_set": [*file.read_bytes()], "message_type": ".com.example.User"}

    for options in (by_file, in_place):
        assert decoded(sink_codec(Schema.PROTO, **options), b"\x08\x07").values == [{"id": 7}]


def test_a_descriptor_set_without_its_imports_has_the_well_known_ones(tmp_path: Path) -> None:
    schema, file = tmp_path / "at.proto", tmp_path / "at.desc"
    schema.write_text(
        'syntax = "proto3"; import "google/protobuf/timestamp.proto";'
        " message At { google.protobuf.Timestamp at = 1; }"
    )
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{tmp_path}", str(schema)]
    subprocess.run([*command, f"--descriptor_set_out={file}"], check=True, timeout=30)
    codec = sink_codec(Schema.PROTO, schema_path=str(file), message_type="At")

    assert decoded(codec, b"\x0a\x02\x08\x01").values == [{"at": "1970-01-01T00:00:01Z"}]


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"schema_path": "/not/there.proto"}, "Cannot read schema file: /not/there.proto"),
        ({"schema_path": __file__}, "no descriptor set"),
        ({"schema_path": USER_PROTO}, "has no message '', only com.example.Address, com.ex"),
        (
            {"schema_path": USER_PROTO, "message_type": "com.example.Usr"},
            "did you mean com.example.User",
        ),
        ({"message_type": "User"}, "message_type needs a schema"),
        ({"descriptor_set": [300]}, "must be an array of numbers from 0 to 255"),
        ({"descriptor_set": "abc"}, "must be an array of numbers from 0 to 255"),
    ],
)
def test_a_wrong_schema_is_found_at_the_start(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        sink_codec(Schema.PROTO, **options)


def test_a_mistake_in_a_schema_is_told_in_the_compilers_words(tmp_path: Path) -> None:
    schema = tmp_path / "wrong.proto"
    schema.write_text('syntax = "proto3";\nmessage User { in32 id = 1; }')
    with pytest.raises(ConfigError, match=r'wrong\.proto:2:16: "in32" is not defined'):
        sink_codec(Schema.PROTO, schema_path=str(schema), message_type="User")


def test_imports_are_found_by_the_include_paths(tmp_path: Path) -> None:
    schema = tmp_path / "order.proto"
    schema.write_text(
        'syntax = "proto3"; import "user.proto"; message Order { com.example.User by = 1; }'
    )
    options = {"schema_path": str(schema), "message_type": "Order"}
    with pytest.raises(ConfigError, match=r"user\.proto: File not found"):
        sink_codec(Schema.PROTO, **options)
    codec = sink_codec(Schema.PROTO, **options, include_paths=[str(FOLDER)])

    assert decoded(codec, b"\x0a\x02\x08\x07").values == [{"by": {"id": 7}}]
