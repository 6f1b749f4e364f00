"""Codecs with options, and columns through them."""

from config.model import Schema, SinkStream, SourceStream
from connectors.codecs import Codec, build_codec
from connectors.column import Column


def sink_codec(schema: Schema, **options: object) -> Codec:
    """Return what a sink's stream decodes with."""
    return build_codec(SinkStream(stream="s", topics=("t",), schema=schema, codec=options))


def source_codec(schema: Schema, **options: object) -> Codec:
    """Return what a source's stream encodes with."""
    return build_codec(SourceStream(stream="s", topic="t", schema=schema, codec=options))


def decoded(codec: Codec, *payloads: bytes) -> Column:
    """Return what comes of payloads."""
    column = Column(Schema.RAW, list(payloads))
    codec.decode(column)
    return column


def encoded(codec: Codec, kind: Schema, *values: object) -> Column:
    """Return the payloads that come of values."""
    column = Column(kind, list(values))
    codec.encode(column)
    return column


def problem(column: Column) -> str:
    """Return why the only rejected row was rejected."""
    (error,) = column.rejections.values()
    return str(error)
