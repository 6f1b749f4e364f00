"""JSON, by orjson: integers of 64 bits, doubles, and NaN and infinities written as null."""

from typing import ClassVar

import orjson

from config.model import Schema
from connectors.codecs.codec import require_kind
from connectors.column import Column


class JsonCodec:
    """Any JSON value; text is written as a JSON string."""

    schema: ClassVar[Schema] = Schema.JSON
    kind: ClassVar[Schema] = Schema.JSON

    def decode(self, column: Column) -> None:
        """Parse each payload; integers beyond 64 bits become doubles, as in the reference."""
        column.convert(
            self.kind,
            orjson.loads,
            refusals=orjson.JSONDecodeError,
            problem="the payload is not JSON",
        )

    def encode(self, column: Column) -> None:
        """Write compact JSON; at most 254 levels deep."""
        require_kind(column, self.schema, Schema.JSON, Schema.TEXT)
        column.convert(
            Schema.RAW,
            orjson.dumps,
            refusals=orjson.JSONEncodeError,
            problem="the payload cannot be written as JSON",
        )
