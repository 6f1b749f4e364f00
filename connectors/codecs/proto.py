"""Protocol Buffers: messages of a type that is given, else `google.protobuf.Any`."""

import base64
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from marshmallow import ValidationError, post_load

from config.errors import ConfigError
from config.fields import Flag
from config.model import Schema
from config.strict_field import StrictField, TableSchema, table
from config.text_fields import Text, TextArray, TextTable
from connectors.codecs.codec import UnfitError
from connectors.codecs.field_mappings import rename_fields
from connectors.codecs.proto_any import DEFAULT_TYPE_URL_PREFIX, any_object, read_any, write_any
from connectors.codecs.proto_message import ProtoMessage
from connectors.codecs.proto_schema import find_message, read_descriptor_set
from connectors.codecs.raw import filled_bytes
from connectors.column import Column

_UNREADABLE = "the payload is not Protocol Buffers of this schema"
_UNWRITABLE = "the payload cannot be written as Protocol Buffers"
_MAYBE_JSON = (Schema.TEXT, Schema.PROTO, Schema.RAW)


class ProtoCodec:
    """Decodes to JSON objects; without a type and without `use_any_wrapper` bytes stay bytes.

    `field_mappings` map names in the `.proto` file to names in JSON, whichever way it goes.
    """

    schema = Schema.PROTO

    def __init__(
        self,
        message: ProtoMessage | None,
        *,
        use_any_wrapper: bool,
        field_mappings: Mapping[str, str],
        type_url_prefix: str,
    ) -> None:
        self.kind = Schema.JSON if message or use_any_wrapper else Schema.RAW
        self._message = message
        self._use_any_wrapper = use_any_wrapper
        self._field_mappings = field_mappings
        self._reverse_mappings = {json: proto for proto, json in field_mappings.items()}
        self._type_url_prefix = type_url_prefix

    def decode(self, column: Column) -> None:
        """Read each payload, which must not be empty."""
        column.convert(self.kind, self._read, refusals=UnfitError, problem=_UNREADABLE)

    def encode(self, column: Column) -> None:
        """Write payloads of any kind."""
        if self._message is not None:
            write = partial(self._write_message, self._message, column.kind)
        elif self._use_any_wrapper:
            write = partial(self._write_any, column.kind)
        else:
            write = partial(payload_bytes, kind=column.kind)
        column.convert(Schema.RAW, write, refusals=UnfitError, problem=_UNWRITABLE)

    def _read(self, payload: bytes) -> Any:
        if self.kind is Schema.RAW:
            return filled_bytes(payload)
        if self._message is not None:
            value = self._message.read(payload)
        else:
            value = any_object(read_any(filled_bytes(payload)))
        return rename_fields(value, self._field_mappings)

    def _write_message(self, message: ProtoMessage, kind: Schema, value: Any) -> bytes:
        if kind is Schema.PROTO and isinstance(value, bytes):
            return value
        if kind is Schema.JSON:
            value = rename_fields(value, self._reverse_mappings)
        else:
            try:
                value = _parsed(value, kind)
            except ValueError:
                return _write_whole(message, _wrapped(value, kind))
        if isinstance(value, dict) or message.is_well_known:
            return message.write(value)
        return _write_whole(message, {"value": value})

    def _write_any(self, kind: Schema, value: Any) -> bytes:
        if kind is Schema.JSON:
            value = rename_fields(value, self._reverse_mappings)
        elif kind is Schema.PROTO and isinstance(value, bytes):
            return value
        return write_any(value, kind, self._type_url_prefix)


class ByteArray(StrictField[bytes]):
    """An array of numbers from 0 to 255."""

    def read(self, value: object) -> bytes:
        """Return the bytes."""
        try:
            return bytes(value) if isinstance(value, list) else self._refuse()
        except (TypeError, ValueError):
            return self._refuse()

    def _refuse(self) -> bytes:
        raise ValidationError("must be an array of numbers from 0 to 255")


class _FormatOptions(TableSchema):
    compact_encoding = Flag(required=False)
    validate_message = Flag(required=False)
    type_url_prefix = Text(required=False, load_default=DEFAULT_TYPE_URL_PREFIX)
    deterministic_encoding = Flag(required=False)


class ProtoSchemaOptions(TableSchema):
    """Where the message type comes from."""

    schema_path = Text(required=False, load_default="")
    descriptor_set = ByteArray(required=False, load_default=b"")
    message_type = Text(required=False, load_default="")
    schema_registry_url = Text(
        required=False, metadata={"no_effect": "schemas come from schema_path or descriptor_set"}
    )
    include_paths = TextArray(required=False, load_default=(".",))
    preserve_unknown_fields = Flag(required=False, load_default=False)


class ProtoOptions(ProtoSchemaOptions):
    """What a codec for Protocol Buffers can be told; loading it gives the codec."""

    use_any_wrapper = Flag(required=False, load_default=True)
    field_mappings = TextTable(required=False, load_default=dict)
    format_options = table(_FormatOptions, required=False)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> ProtoCodec:
        """Return the codec."""
        format_options = data.get("format_options") or {}
        return ProtoCodec(
            load_proto_message(data),
            use_any_wrapper=data["use_any_wrapper"],
            field_mappings=data["field_mappings"],
            type_url_prefix=format_options.get("type_url_prefix", DEFAULT_TYPE_URL_PREFIX),
        )


def load_proto_message(options: Mapping[str, Any]) -> ProtoMessage | None:
    """Return the message type of `ProtoSchemaOptions`, None without a schema. Raises ConfigError.

    `schema_path` wins over `descriptor_set`.
    """
    descriptor_set: bytes = options["descriptor_set"]
    if options["schema_path"]:
        descriptor_set = read_descriptor_set(Path(options["schema_path"]), options["include_paths"])
    if not descriptor_set:
        if options["message_type"]:
            raise ConfigError("message_type needs a schema: set schema_path or descriptor_set")
        return None
    return ProtoMessage(
        find_message(descriptor_set, options["message_type"]),
        preserve_unknown_fields=options["preserve_unknown_fields"],
    )


def payload_bytes(value: Any, *, kind: Schema) -> bytes:
    """Return the plain bytes of a value: compact JSON, UTF-8, or the bytes; raises UnfitError."""
    try:
        if kind is Schema.JSON:
            return orjson.dumps(value)
        return value.encode() if isinstance(value, str) else bytes(memoryview(value))
    except (TypeError, ValueError) as error:
        raise UnfitError("it has no plain bytes") from error


def _parsed(value: Any, kind: Schema) -> Any:
    if kind not in _MAYBE_JSON:
        raise ValueError("bytes of another format are not read as JSON")
    return orjson.loads(value)


def _write_whole(message: ProtoMessage, value: dict[str, Any]) -> bytes:
    """Write an object of ours, of which nothing may be left out; raises UnfitError."""
    if not message.has_fields(value):
        raise UnfitError(f"it is no object, and {message.name} has no field {' and '.join(value)}")
    return message.write(value)


def _wrapped(value: Any, kind: Schema) -> dict[str, Any]:
    """Say in an object what a value is that is no JSON; only a type with these fields takes it."""
    if kind is Schema.TEXT:
        return {"text": value}
    if kind is Schema.PROTO:
        return {"proto_text": value}
    if not isinstance(value, bytes):
        raise UnfitError(f"it is of type {type(value).__name__}")
    data = base64.b64encode(value).decode()
    if kind is Schema.RAW:
        return {"data": data}
    size = {Schema.AVRO: "avro_size", Schema.FLAT_BUFFER: "flatbuffer_size"}[kind]
    return {size: len(value), "data": data}
