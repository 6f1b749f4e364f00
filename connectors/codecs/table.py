"""Which codec serves which schema where no options are given."""

from config.model import Schema
from connectors.codecs.codec import Codec
from connectors.codecs.json import JsonCodec
from connectors.codecs.raw import OpaqueCodec, RawCodec
from connectors.codecs.text import TextCodec

_CODECS: dict[Schema, Codec] = {
    Schema.JSON: JsonCodec(),
    Schema.RAW: RawCodec(),
    Schema.TEXT: TextCodec(),
    Schema.AVRO: OpaqueCodec(Schema.AVRO),
    Schema.FLAT_BUFFER: OpaqueCodec(Schema.FLAT_BUFFER),
    Schema.PROTO: OpaqueCodec(Schema.PROTO),
}


def find_codec(schema: Schema) -> Codec:
    """Return the codec of `schema` without options: bytes of the binary formats stay bytes."""
    return _CODECS[schema]
