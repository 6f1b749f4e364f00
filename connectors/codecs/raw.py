"""Bytes that nobody looks into."""

from typing import ClassVar

from config.model import Schema
from connectors.codecs.codec import require_kind
from connectors.column import Column


class RawCodec:
    """Bytes as they are."""

    schema: ClassVar[Schema] = Schema.RAW
    kind: ClassVar[Schema] = Schema.RAW

    def decode(self, column: Column) -> None:
        """Leave the bytes alone."""
        column.kind = self.kind

    def encode(self, column: Column) -> None:
        """Make sure that they are bytes."""
        require_kind(column, self.schema, Schema.RAW)
        column.convert(
            Schema.RAW, _bytes, refusals=TypeError, problem="the payload cannot be written as bytes"
        )


def _bytes(value: object) -> bytes:
    if not isinstance(value, bytes):
        raise TypeError(f"it is of type {type(value).__name__}")
    return value
