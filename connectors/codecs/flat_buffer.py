"""FlatBuffers: JSON values where there is a schema, else bytes that pass."""

import base64
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from marshmallow import post_load

from config.fields import U32_MAX, Flag, Whole
from config.model import Schema
from config.strict_field import TableSchema
from config.text_fields import Text, TextArray, TextTable
from connectors.codecs.codec import UnfitError, require_kind
from connectors.codecs.field_mappings import rename_fields
from connectors.codecs.flat_buffer_reader import FlatBufferReader
from connectors.codecs.flat_buffer_reflection import load_schema
from connectors.codecs.flat_buffer_writer import FlatBufferWriter
from connectors.codecs.raw import pass_bytes
from connectors.column import Column

DEFAULT_SIZE_HINT_BYTES = 1024

_SMALLEST_BYTES = 4
_UNREADABLE = "the payload is not a FlatBuffer of this schema"
_UNWRITABLE = "the payload cannot be written as a FlatBuffer"


class FlatBufferCodec:
    """Decodes to JSON objects, or with `extract_as_json` false leaves the bytes alone.

    Without a schema, JSON is an object that tells the size of the payload and has it in base64.
    `field_mappings` rename top-level fields: after decoding, before encoding JSON values.
    """

    schema = Schema.FLAT_BUFFER

    def __init__(
        self,
        reader: FlatBufferReader | None,
        writer: FlatBufferWriter | None,
        *,
        field_mappings: Mapping[str, str],
        extract_as_json: bool,
        verify_buffers: bool,
        root_table_name: str,
    ) -> None:
        self.kind = Schema.JSON if extract_as_json else Schema.FLAT_BUFFER
        self._reader = reader
        self._writer = writer
        self._field_mappings = field_mappings
        self._smallest_bytes = _SMALLEST_BYTES if verify_buffers else 1
        self._root_table_name = root_table_name

    def decode(self, column: Column) -> None:
        """Read each payload, which must not be empty."""
        column.convert(self.kind, self.read, refusals=UnfitError, problem=_UNREADABLE)

    def encode(self, column: Column) -> None:
        """Write JSON objects and JSON texts by the schema; FlatBuffers pass."""
        if column.kind is self.schema:
            pass_bytes(column)
            return
        kinds = (Schema.FLAT_BUFFER, Schema.JSON, Schema.TEXT, Schema.PROTO)
        if self._writer is None:
            hint = "a schema is required to write FlatBuffers: set schema_path"
            require_kind(column, self.schema, Schema.FLAT_BUFFER, hint=hint)
        require_kind(column, self.schema, *kinds)
        write = self.write if column.kind is Schema.JSON else self._write_text
        column.convert(Schema.RAW, write, refusals=UnfitError, problem=_UNWRITABLE)

    def read(self, payload: bytes) -> Any:
        """Return the value of one payload; raises UnfitError."""
        if len(payload) < self._smallest_bytes:
            raise UnfitError(f"it has {len(payload)} bytes")
        if self.kind is Schema.FLAT_BUFFER:
            return payload
        value = self._reader.read(payload) if self._reader else self._described(payload)
        return rename_fields(value, self._field_mappings)

    def _described(self, payload: bytes) -> dict[str, Any]:
        described: dict[str, Any] = {"buffer_size": len(payload), "has_root_table": True}
        if self._root_table_name:
            described["root_table_type"] = self._root_table_name
        return {**described, "raw_data_base64": base64.b64encode(payload).decode()}

    def write(self, value: Any) -> bytes:
        """Return the payload of one JSON value; there has to be a schema. Raises UnfitError."""
        assert self._writer is not None  # noqa: S101
        return self._writer.write(rename_fields(value, self._field_mappings))

    def _write_text(self, text: str | bytes) -> bytes:
        assert self._writer is not None  # noqa: S101
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise UnfitError("it is not JSON") from error
        return self._writer.write(value)


class FlatBufferOptions(TableSchema):
    """What a codec for FlatBuffers can be told; loading it gives the codec.

    `extract_as_json` is true where there is a schema, unless it is given.
    """

    schema_path = Text(required=False, load_default="")
    root_table_name = Text(required=False, load_default="")
    field_mappings = TextTable(required=False, load_default=dict)
    extract_as_json = Flag(required=False, load_default=None)
    preserve_unknown_fields = Flag(required=False)
    verify_buffers = Flag(required=False, load_default=True)
    include_paths = TextArray(required=False, load_default=(".",))
    table_size_hint = Whole(
        minimum=1, maximum=U32_MAX, required=False, load_default=DEFAULT_SIZE_HINT_BYTES
    )

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> FlatBufferCodec:
        """Return the codec."""
        asked = data["extract_as_json"]
        return make_flat_buffer_codec(
            data,
            extract_as_json=bool(data["schema_path"]) if asked is None else asked,
            verify_buffers=data["verify_buffers"],
            size_hint_bytes=data["table_size_hint"],
        )


def make_flat_buffer_codec(
    options: Mapping[str, Any],
    *,
    extract_as_json: bool,
    verify_buffers: bool,
    size_hint_bytes: int,
) -> FlatBufferCodec:
    """Return a codec by the options that the stream's table and the transform's have in common.

    Raises ConfigError.
    """
    reader = writer = None
    root_table_name = options["root_table_name"]
    if options["schema_path"]:
        schema, root = load_schema(
            Path(options["schema_path"]), options["include_paths"], root_table_name
        )
        reader = FlatBufferReader(schema, root, checks_identifier=verify_buffers)
        writer = FlatBufferWriter(schema, root, size_hint_bytes=size_hint_bytes)
    return FlatBufferCodec(
        reader,
        writer,
        field_mappings=options["field_mappings"],
        extract_as_json=extract_as_json,
        verify_buffers=verify_buffers,
        root_table_name=root_table_name,
    )
