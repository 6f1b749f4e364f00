"""Bytes that nobody looks into."""

from config.model import Schema
from connectors.codecs.codec import require_kind
from connectors.column import Column


class RawCodec:
    """Bytes as they are; those of a binary format are bytes too."""

    schema = kind = Schema.RAW

    def decode(self, column: Column) -> None:
        """Leave the bytes alone."""
        column.kind = self.kind

    def encode(self, column: Column) -> None:
        """Make sure that they are bytes."""
        require_kind(column, self.schema, Schema.RAW, Schema.AVRO, Schema.FLAT_BUFFER, Schema.PROTO)
        pass_bytes(column)


class OpaqueCodec:
    """Bytes in a format that is known by name only, because there is no schema to read them by."""

    def __init__(self, schema: Schema) -> None:
        self.schema = self.kind = schema

    def decode(self, column: Column) -> None:
        """Leave the bytes alone."""
        column.kind = self.kind

    def encode(self, column: Column) -> None:
        """Make sure that they are bytes of this format."""
        hint = "without a schema only its own bytes pass; give one in the stream's codec options"
        require_kind(column, self.schema, self.kind, hint=hint)
        pass_bytes(column)


def pass_bytes(column: Column) -> None:
    """Make values that are bytes into the payload; reject others.

    The texts that stand for Protocol Buffers become UTF-8.
    """
    column.convert(
        Schema.RAW,
        _bytes_or_text if column.kind is Schema.PROTO else _bytes,
        refusals=(TypeError, UnicodeEncodeError),
        problem="the payload cannot be written as bytes",
    )


def _bytes_or_text(value: object) -> bytes:
    return value.encode() if isinstance(value, str) else _bytes(value)


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"it is of type {type(value).__name__}")
    return value
