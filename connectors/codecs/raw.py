"""Bytes that nobody looks into."""

from config.model import Schema
from connectors.codecs.codec import UnfitError, require_kind
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
        message_bytes if column.kind is Schema.PROTO else as_bytes,
        refusals=UnfitError,
        problem="the payload cannot be written as bytes",
    )


def as_bytes(value: object) -> bytes:
    """Return `value`, which has to be bytes; raises UnfitError."""
    if not isinstance(value, bytes):
        raise UnfitError(f"it is of type {type(value).__name__}")
    return value


def filled_bytes(payload: bytes) -> bytes:
    """Return `payload`, which must not be empty; raises UnfitError."""
    if not payload:
        raise UnfitError("it is empty")
    return payload


def message_bytes(value: object) -> bytes:
    """Return bytes as they are, and the text that stands for a message as UTF-8."""
    return value.encode() if isinstance(value, str) else as_bytes(value)
