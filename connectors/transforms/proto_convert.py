"""Converts to and from Protocol Buffers."""

import time
from collections.abc import Mapping
from typing import Any

import orjson
from marshmallow import post_load

from config.fields import Flag
from config.model import Schema
from config.strict_field import TableSchema, table
from config.text_fields import Text
from connectors.codecs.codec import UnfitError
from connectors.codecs.field_mappings import rename_fields
from connectors.codecs.proto import ProtoSchemaOptions, load_proto_message
from connectors.codecs.proto_any import any_object, read_any
from connectors.codecs.proto_message import ProtoMessage
from connectors.codecs.proto_scalars import as_text
from connectors.codecs.raw import as_bytes, message_bytes
from connectors.transforms.conversion import (
    Conversion,
    ConversionTable,
    ConvertValue,
    base64_text,
    json_bytes,
    json_text,
    parsed_json,
    pretty_json_text,
    unsupported,
)

_ALLOWED = "json, text or raw to and from proto; json to and from text or raw; any to itself"


class FromProto:
    """Makes payloads of Protocol Buffers into JSON or text.

    Bytes are read by `message`; without one they are shown as `google.protobuf.Any`, or in base64
    where they are none. Texts are JSON that stands for a message. Top-level fields of JSON objects
    are renamed by `field_mappings`.
    """

    def __init__(
        self,
        message: ProtoMessage | None,
        *,
        message_type: str,
        field_mappings: Mapping[str, str],
        pretty_json: bool,
        include_metadata: bool,
    ) -> None:
        self._message = message
        self._field_mappings = field_mappings
        self._message_type = message_type or "unknown"
        self._dump = pretty_json_text if pretty_json else json_text
        self._include_metadata = include_metadata

    def to_json(self, payload: str | bytes) -> Any:
        """Return the JSON value; raises UnfitError for bytes that `message` does not fit."""
        if isinstance(payload, str):
            try:
                value = orjson.loads(payload)
            except orjson.JSONDecodeError:
                return {"proto_text": payload, "format": "text"}
            return self.with_metadata(self._renamed(value))
        if self._message is not None:
            return self.with_metadata(self._renamed(self._message.read(payload)))
        try:
            value = self._renamed(any_object(read_any(payload)))
        except UnfitError:
            return {"binary_data": base64_text(payload), "format": "raw_binary"}
        if self._include_metadata:
            metadata = {"converted_from": "protobuf_any", "timestamp": _now_ms()}
            value["metadata"] = metadata
        return value

    def to_text(self, payload: str | bytes) -> str:
        """Return JSON text by `message`, else a description; raises UnfitError as `to_json`."""
        if isinstance(payload, str):
            return payload
        if self._message is not None:
            return self._dump(self._message.read(payload))
        try:
            wrapped = read_any(payload)
        except UnfitError:
            return f"Binary protobuf data: {len(payload)} bytes\nBase64: {base64_text(payload)}"
        size, encoded = len(wrapped.value), base64_text(wrapped.value)
        return f"Type: {wrapped.type_url}\nData: {size} bytes\nBase64: {encoded}"

    def with_metadata(self, value: Any) -> Any:
        """Return the JSON value of a message with metadata beside it, where they are asked for."""
        if not self._include_metadata:
            return value
        metadata = {
            "converted_from": "protobuf",
            "timestamp": _now_ms(),
            "message_type": self._message_type,
        }
        return {"data": value, "metadata": metadata}

    def _renamed(self, value: Any) -> Any:
        return rename_fields(value, self._field_mappings)


class ToProto:
    """Makes payloads into messages; without a `message` JSON text stands for them."""

    def __init__(self, message: ProtoMessage | None, *, pretty_json: bool) -> None:
        self._message = message
        self._dump = pretty_json_text if pretty_json else json_text

    def from_json(self, value: Any) -> str | bytes:
        """Return the message; raises UnfitError."""
        return self._dump(value) if self._message is None else self._message.write(value)

    def from_text(self, text: str) -> str | bytes:
        """Return the message of a JSON text, which it need not be without a schema."""
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            if self._message is not None:
                raise UnfitError("it is not JSON") from error
            return as_text(text)
        return self.from_json(value)

    def from_raw(self, payload: bytes) -> bytes:
        """Return the bytes, which have to be a message where there is a schema."""
        if self._message is not None:
            self._message.read(payload)
        return as_bytes(payload)


class _ConversionOptions(TableSchema):
    validate_messages = Flag(required=False)
    pretty_json = Flag(required=False, load_default=False)
    include_metadata = Flag(required=False, load_default=False)
    type_url_prefix = Text(required=False)
    strict_mode = Flag(required=False)


class ProtoConvertTable(ProtoSchemaOptions, ConversionTable):
    """`[transforms.proto_convert]`; of the options only pretty_json and include_metadata work."""

    format = Schema.PROTO

    conversion_options = table(_ConversionOptions, required=False)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Conversion:
        """Return the transform; compiles the schema."""
        source, target = self.formats(data)
        names: dict[str, str] = data["field_mappings"]
        message = load_proto_message(data)
        if source is target:
            return Conversion(source, target, None, names)
        options = data.get("conversion_options") or _ConversionOptions().load({})
        pretty_json = options["pretty_json"]
        from_proto = FromProto(
            message,
            message_type=data["message_type"],
            field_mappings=names,
            pretty_json=pretty_json,
            include_metadata=options["include_metadata"],
        )
        makes_metadata = options["include_metadata"] and target is Schema.JSON
        to_proto = ToProto(message, pretty_json=pretty_json)
        converters: dict[tuple[Schema, Schema], ConvertValue] = {
            (Schema.PROTO, Schema.JSON): from_proto.to_json,
            (Schema.PROTO, Schema.TEXT): from_proto.to_text,
            (Schema.PROTO, Schema.RAW): message_bytes,
            (Schema.JSON, Schema.PROTO): to_proto.from_json,
            (Schema.TEXT, Schema.PROTO): to_proto.from_text,
            (Schema.RAW, Schema.PROTO): to_proto.from_raw,
            (Schema.JSON, Schema.TEXT): pretty_json_text if pretty_json else json_text,
            (Schema.TEXT, Schema.JSON): parsed_json,
            (Schema.JSON, Schema.RAW): json_bytes,
            (Schema.RAW, Schema.JSON): parsed_json,
        }
        if (source, target) not in converters:
            raise unsupported(source, target, _ALLOWED)
        return Conversion(
            source,
            target,
            converters[source, target],
            names,
            finish_decoded=from_proto.with_metadata if makes_metadata else None,
        )


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
