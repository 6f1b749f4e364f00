"""Avro: one bare datum a payload, as JSON values where there is a schema."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
from marshmallow import post_load

from config.errors import ConfigError
from config.fields import Flag
from config.model import Schema
from config.strict_field import TableSchema
from config.text_fields import Text, TextTable
from connectors.codecs.avro_schema import AvroSchema
from connectors.codecs.codec import UnfitError, require_kind
from connectors.codecs.compiler import read_schema_file
from connectors.codecs.field_mappings import rename_fields
from connectors.codecs.raw import filled_bytes, pass_bytes
from connectors.column import Column

_UNREADABLE = "the payload is not Avro of this schema"
_UNWRITABLE = "the payload cannot be written as Avro"


class AvroCodec:
    """Decodes to JSON values, or with `extract_as_json` false leaves the bytes alone.

    `field_mappings` rename top-level fields: after decoding, before encoding JSON values.
    """

    schema = Schema.AVRO

    def __init__(
        self,
        avro: AvroSchema | None,
        *,
        field_mappings: Mapping[str, str],
        extract_as_json: bool,
    ) -> None:
        """Raise ConfigError where there is no schema to decode by."""
        if extract_as_json and avro is None:
            raise ConfigError(
                "Avro schema is required for JSON extraction: set avro_schema_path or"
                " avro_schema_json, or codec = { extract_as_json = false } for the bytes"
            )
        self.kind = Schema.JSON if extract_as_json else Schema.AVRO
        self._avro = avro
        self._field_mappings = field_mappings

    def decode(self, column: Column) -> None:
        """Read each payload, which must be one datum and nothing after it."""
        read = filled_bytes if self.kind is Schema.AVRO else self._read
        column.convert(self.kind, read, refusals=UnfitError, problem=_UNREADABLE)

    def encode(self, column: Column) -> None:
        """Write JSON values and JSON texts by the schema; bytes have to fit it."""
        if column.kind is Schema.AVRO:
            pass_bytes(column)
            return
        if self._avro is None:
            hint = "Avro schema is required for encoding: set avro_schema_path or avro_schema_json"
            require_kind(column, self.schema, Schema.AVRO, hint=hint)
        require_kind(
            column, self.schema, Schema.JSON, Schema.TEXT, Schema.PROTO, Schema.RAW, Schema.AVRO
        )
        write = {Schema.JSON: self._write, Schema.RAW: self._the_avro.checked}.get(
            column.kind, self._write_text
        )
        column.convert(Schema.RAW, write, refusals=UnfitError, problem=_UNWRITABLE)

    @property
    def _the_avro(self) -> AvroSchema:
        assert self._avro is not None  # noqa: S101
        return self._avro

    def _read(self, payload: bytes) -> Any:
        return rename_fields(self._the_avro.read(payload), self._field_mappings)

    def _write(self, value: Any) -> bytes:
        return self._the_avro.write(rename_fields(value, self._field_mappings))

    def _write_text(self, text: str | bytes) -> bytes:
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise UnfitError("it is not JSON") from error
        return self._the_avro.write(value)


class AvroOptions(TableSchema):
    """What an Avro codec can be told; loading it gives the codec."""

    schema_path = Text(required=False, load_default="")
    schema_json = Text(required=False, load_default="")
    field_mappings = TextTable(required=False, load_default=dict)
    extract_as_json = Flag(required=False, load_default=True)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> AvroCodec:
        """Return the codec."""
        return AvroCodec(
            load_avro_schema(data["schema_path"], data["schema_json"]),
            field_mappings=data["field_mappings"],
            extract_as_json=data["extract_as_json"],
        )


def load_avro_schema(schema_path: str, schema_json: str) -> AvroSchema | None:
    """Return the schema of the text, else of the file, None without both. Raises ConfigError."""
    if schema_json:
        return AvroSchema.parse(schema_json, "Invalid Avro schema JSON")
    if schema_path:
        content = read_schema_file(Path(schema_path))
        return AvroSchema.parse(content, f"Invalid Avro schema file: {schema_path}")
    return None
