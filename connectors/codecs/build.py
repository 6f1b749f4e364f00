"""Makes the codec of a stream out of its configuration."""

import logging
from typing import cast

from config.errors import ConfigError
from config.model import Schema, SinkStream, SourceStream
from config.strict_field import TableSchema
from connectors.codecs.codec import Codec
from connectors.codecs.extra import load_extra
from connectors.codecs.table import find_codec
from connectors.options import load_options, warn_of_unknown_keys

_LOG = logging.getLogger(__name__)

_OPTIONS = {
    Schema.AVRO: ("avro", "connectors.codecs.avro", "AvroOptions"),
    Schema.FLAT_BUFFER: ("flatbuffers", "connectors.codecs.flat_buffer", "FlatBufferOptions"),
    Schema.PROTO: ("proto", "connectors.codecs.proto", "ProtoOptions"),
}


def build_codec(stream: SinkStream | SourceStream, *, log: logging.Logger = _LOG) -> Codec:
    """Build what decodes or encodes the payloads of `stream`; unknown keys are warned of in `log`.

    Reads schema files and may run a compiler for seconds. Raises ConfigError.
    """
    options = dict(stream.codec)
    if stream.schema not in _OPTIONS:
        if options:
            raise ConfigError(f"schema {stream.schema} has no codec options")
        return find_codec(stream.schema)
    if stream.schema is Schema.AVRO:
        options |= _avro_keys(stream)
        if isinstance(stream, SourceStream):
            options.setdefault("extract_as_json", False)  # which is about decoding
    if stream.schema is Schema.FLAT_BUFFER and not options:
        return find_codec(stream.schema)
    extra, module_name, table_name = _OPTIONS[stream.schema]
    what = f"schema {stream.schema}"
    table: TableSchema = getattr(load_extra(module_name, extra, what), table_name)()
    path = ("streams", "codec")
    warn_of_unknown_keys(table, options, path, log)
    return cast(
        "Codec",
        load_options(table, options, path, what=f"codec of {what}", values_are_secret=False),
    )


def _avro_keys(stream: SinkStream | SourceStream) -> dict[str, object]:
    """Return the two options that the reference has among the keys of the stream."""
    keys = {"schema_json": stream.avro_schema_json, "schema_path": stream.avro_schema_path}
    return {key: value for key, value in keys.items() if value}
