"""Transforms that convert what the codec of their stream has decoded already."""

from typing import Any

import pytest
from google.protobuf import any_pb2

from config.model import Schema, TransformConfig
from connectors import FatalError
from connectors.batch import Batch
from connectors.testing import make_batch
from tests.connectors.codec_of import decoded, encoded, sink_codec, source_codec
from tests.connectors.messages import chain, transform
from tests.connectors.schemas import USER_AVSC, USER_BFBS, USER_PROTO

USER: dict[str, Any] = {"schema_path": USER_PROTO, "message_type": "com.example.User"}
AVRO, FLAT, PROTO = "avro_convert", "flat_buffer_convert", "proto_convert"
SCHEMAS: dict[Schema, dict[str, Any]] = {
    Schema.AVRO: {"schema_path": USER_AVSC},
    Schema.FLAT_BUFFER: {"schema_path": USER_BFBS},
    Schema.PROTO: USER,
}
ANN = {"id": 7, "name": "Ann"}
AN_ANY = any_pb2.Any(type_url="x/y", value=b"\x00\x01").SerializeToString()
MAPPINGS = {"id": "user_id"}


def batch_of(schema: Schema, payload: bytes, **options: Any) -> Batch:
    return make_batch([payload], codec=sink_codec(schema, **options))


def transformed(wrapped: Batch, *transforms: TransformConfig) -> Any:
    wrapped.transform(chain(*transforms))
    assert not wrapped.outcome.rejections, wrapped.outcome.rejections
    (value,) = wrapped.values
    return value


def test_both_transforms_of_the_readme_of_the_reference_run() -> None:
    names = {"type_url": "new_field", "legacy_id": "id"}
    to_json = transform(PROTO, target_format="json", field_mappings=names)
    wrapped = batch_of(Schema.PROTO, AN_ANY)
    assert transformed(wrapped, to_json) == {"new_field": "x/y", "value": "AAE="}
    assert wrapped.schema is Schema.JSON

    wrapped = batch_of(Schema.PROTO, AN_ANY)
    text = transformed(wrapped, to_json, transform(PROTO, target_format="proto"))
    assert text == '{"new_field":"x/y","value":"AAE="}'
    assert wrapped.schema is Schema.PROTO
    assert wrapped.payloads == [text.encode()]


@pytest.mark.parametrize(
    ("kind", "schema"), [(AVRO, Schema.AVRO), (FLAT, Schema.FLAT_BUFFER), (PROTO, Schema.PROTO)]
)
def test_what_the_stream_has_decoded_is_taken_as_it_is_and_can_be_made_back(
    kind: str, schema: Schema
) -> None:
    options = SCHEMAS[schema]
    (payload,) = encoded(source_codec(schema, **options), Schema.JSON, ANN).values
    assert isinstance(payload, bytes)
    to_json = transform(kind, **options, target_format="json", field_mappings=MAPPINGS)
    back = transform(kind, **options, target_format=str(schema), field_mappings={"user_id": "id"})

    value = transformed(batch_of(schema, payload, **options), to_json)
    assert (value["user_id"], value["name"], "id" in value) == (7, "Ann", False)
    wrapped = batch_of(schema, payload, **options)
    again = transformed(wrapped, to_json, back)
    assert wrapped.schema is schema
    codec = sink_codec(schema, **options)
    assert decoded(codec, again).values == decoded(codec, payload).values


def test_metadata_is_put_beside_what_the_stream_has_decoded() -> None:
    with_metadata = transform(
        PROTO,
        target_format="json",
        field_mappings=MAPPINGS,
        message_type="com.example.User",
        schema_path=USER_PROTO,
        conversion_options={"include_metadata": True},
    )
    value = transformed(batch_of(Schema.PROTO, b"\x08\x07", **USER), with_metadata)

    assert value["data"] == {"user_id": 7}
    assert value["metadata"]["message_type"] == "com.example.User"


def test_fields_of_messages_are_renamed_where_bytes_come_in() -> None:
    to_json = transform(PROTO, **USER, target_format="json", field_mappings=MAPPINGS)

    assert transformed(batch_of(Schema.RAW, b"\x08\x07"), to_json) == {"user_id": 7}
    as_any = transform(PROTO, target_format="json", field_mappings={"type_url": "type"})
    assert transformed(batch_of(Schema.RAW, AN_ANY), as_any) == {"type": "x/y", "value": "AAE="}


def test_json_that_was_not_decoded_from_the_source_stops_the_connector() -> None:
    for schema in (Schema.JSON, Schema.PROTO):
        wrapped = batch_of(schema, b"{}" if schema is Schema.JSON else AN_ANY)
        with pytest.raises(FatalError, match="expected avro payload, and these are json"):
            transformed(wrapped, transform(AVRO, **SCHEMAS[Schema.AVRO], target_format="json"))
