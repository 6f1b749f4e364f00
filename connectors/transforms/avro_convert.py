"""Converts to and from Avro."""

from typing import Any

from marshmallow import ValidationError, post_load

from config.fields import Flag
from config.model import Schema
from config.strict_field import TableSchema, table
from config.text_fields import Text
from connectors.codecs.avro import load_avro_schema
from connectors.codecs.field_mappings import rename_fields
from connectors.codecs.raw import as_bytes
from connectors.transforms.conversion import (
    Conversion,
    ConversionTable,
    ConvertValue,
    base64_text,
    parsed_json,
    unsupported,
)

_ALLOWED = "json, text or raw -> avro; avro -> json, text or raw; any format to itself"
_BY_SCHEMA = {
    (Schema.JSON, Schema.AVRO),
    (Schema.TEXT, Schema.AVRO),
    (Schema.AVRO, Schema.JSON),
}


class _ConversionOptions(TableSchema):
    pretty_json = Flag(required=False)
    include_metadata = Flag(required=False)
    strict_mode = Flag(required=False)


class AvroConvertTable(ConversionTable):
    """`[transforms.avro_convert]`; no option under `conversion_options` has an effect."""

    format = Schema.AVRO

    schema_path = Text(required=False, load_default="")
    schema_json = Text(required=False, load_default="")
    conversion_options = table(_ConversionOptions, required=False)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Conversion:
        """Return the transform; reads the schema."""
        source, target = self.formats(data)
        avro = load_avro_schema(data["schema_path"], data["schema_json"])
        names: dict[str, str] = data["field_mappings"]
        if source is target:
            return Conversion(source, target, None, names)
        if avro is None and (source, target) in _BY_SCHEMA:
            raise ValidationError("is required for this conversion", "schema_path")
        converters: dict[tuple[Schema, Schema], ConvertValue] = {
            (Schema.AVRO, Schema.TEXT): base64_text,
            (Schema.AVRO, Schema.RAW): as_bytes,
            (Schema.RAW, Schema.AVRO): as_bytes if avro is None else avro.checked,
        }
        if avro is not None:
            converters |= {
                (Schema.JSON, Schema.AVRO): avro.write,
                (Schema.TEXT, Schema.AVRO): lambda text: avro.write(parsed_json(text)),
                (Schema.AVRO, Schema.JSON): lambda payload: rename_fields(
                    avro.read(payload), names
                ),
            }
        if (source, target) not in converters:
            raise unsupported(source, target, _ALLOWED)
        return Conversion(source, target, converters[source, target], names)
