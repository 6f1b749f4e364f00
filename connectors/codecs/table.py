"""Which codec serves which schema."""

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs.codec import Codec
from connectors.codecs.json import JsonCodec
from connectors.codecs.raw import RawCodec
from connectors.codecs.text import TextCodec

_CODECS: dict[Schema, Codec] = {
    codec.schema: codec for codec in (JsonCodec(), RawCodec(), TextCodec())
}


def find_codec(schema: Schema) -> Codec:
    """Return the codec of `schema`; raises ConfigError when there is none yet."""
    codec = _CODECS.get(schema)
    if codec is None:
        served = ", ".join(_CODECS)
        raise ConfigError(f"schema {schema} is not served yet; served are {served}")
    return codec
