"""UTF-8 text."""

from typing import ClassVar

import orjson

from config.model import Schema
from connectors.codecs.codec import require_kind
from connectors.column import Column


class TextCodec:
    """Text; JSON values are written as compact JSON text."""

    schema: ClassVar[Schema] = Schema.TEXT
    kind: ClassVar[Schema] = Schema.TEXT

    def decode(self, column: Column) -> None:
        """Read UTF-8, strictly."""
        column.convert(self.kind, bytes.decode, problem="the payload is not UTF-8 text")

    def encode(self, column: Column) -> None:
        """Write UTF-8."""
        require_kind(column, self.schema, Schema.TEXT, Schema.JSON)
        if column.kind is Schema.JSON:
            column.convert(
                Schema.RAW,
                orjson.dumps,
                refusals=orjson.JSONEncodeError,
                problem="the payload cannot be written as JSON",
            )
        else:
            problem = "the payload cannot be written as UTF-8"
            column.convert(Schema.RAW, str.encode, problem=problem)
