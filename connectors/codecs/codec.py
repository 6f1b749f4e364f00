"""What a codec is, and what it says to values it cannot write."""

from typing import ClassVar, Protocol

from config.model import Schema
from connectors.column import Column
from connectors.errors import FatalError


class Codec(Protocol):
    """Turns payload bytes into values and back, in place.

    A row whose payload does not fit is rejected with a `RecordError`; nothing else is raised for
    what a payload holds. Codecs keep no state between columns, so that one serves many batches.
    `kind` is what the values are that `decode` gives.
    """

    schema: ClassVar[Schema]
    kind: ClassVar[Schema]

    def decode(self, column: Column) -> None:
        """Make the payload bytes in `column` into values."""

    def encode(self, column: Column) -> None:
        """Make the values in `column` into payload bytes.

        Raises FatalError when this schema cannot hold values of that kind at all.
        """


def require_kind(column: Column, schema: Schema, *kinds: Schema) -> None:
    """Raise FatalError unless the values in `column` are of a kind that `schema` can hold."""
    if column.kind not in kinds:
        allowed = " or ".join(kinds)
        raise FatalError(
            f"{column.kind} payloads cannot be written with schema {schema}, which takes {allowed}:"
            f" set the stream's schema to {column.kind}, or convert with a transform"
        )
