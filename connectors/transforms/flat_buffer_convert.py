"""Converts to and from FlatBuffers."""

from typing import Any

from marshmallow import ValidationError, post_load

from config.fields import U32_MAX, Flag, Whole
from config.model import Schema
from config.strict_field import TableSchema, table
from config.text_fields import Text, TextArray
from connectors.codecs.flat_buffer import DEFAULT_SIZE_HINT_BYTES, make_flat_buffer_codec
from connectors.codecs.raw import as_bytes
from connectors.transforms.conversion import (
    Conversion,
    ConversionTable,
    ConvertValue,
    base64_text,
    unsupported,
)

_ALLOWED = "json -> flat_buffer; flat_buffer -> json, text or raw; any format to itself"


class _ConversionOptions(TableSchema):
    verify_buffers = Flag(required=False, load_default=True)
    buffer_size_hint = Whole(
        minimum=1, maximum=U32_MAX, required=False, load_default=DEFAULT_SIZE_HINT_BYTES
    )
    pretty_json = Flag(required=False)
    include_metadata = Flag(required=False)
    strict_mode = Flag(required=False)


class FlatBufferConvertTable(ConversionTable):
    """`[transforms.flat_buffer_convert]`; the last three conversion options have no effect."""

    format = Schema.FLAT_BUFFER

    schema_path = Text(required=False, load_default="")
    root_table_name = Text(required=False, load_default="")
    include_paths = TextArray(required=False, load_default=(".",))
    preserve_unknown_fields = Flag(required=False)
    conversion_options = table(_ConversionOptions, required=False)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> Conversion:
        """Return the transform; reads the schema."""
        source, target = self.formats(data)
        if source is target:
            return Conversion(source, target, None, data["field_mappings"])
        if target is Schema.FLAT_BUFFER and not data["schema_path"]:
            raise ValidationError("is required for this conversion", "schema_path")
        options = data.get("conversion_options") or _ConversionOptions().load({})
        codec = make_flat_buffer_codec(
            data,
            extract_as_json=True,
            verify_buffers=options["verify_buffers"],
            size_hint_bytes=options["buffer_size_hint"],
        )
        converters: dict[tuple[Schema, Schema], ConvertValue] = {
            (Schema.JSON, Schema.FLAT_BUFFER): codec.write,
            (Schema.FLAT_BUFFER, Schema.JSON): codec.read,
            (Schema.FLAT_BUFFER, Schema.TEXT): base64_text,
            (Schema.FLAT_BUFFER, Schema.RAW): as_bytes,
        }
        if (source, target) not in converters:
            raise unsupported(source, target, _ALLOWED)
        names = data["field_mappings"] if target is Schema.JSON else {}  # else the codec renames
        return Conversion(source, target, converters[source, target], names)
