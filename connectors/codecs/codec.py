"""What a codec is, and what it says to payloads and values that it cannot take."""

from typing import Protocol

from config.model import Schema
from connectors.column import Column
from connectors.errors import FatalError


class Codec(Protocol):
    """Turns payload bytes into values and back, in place.

    A row whose payload does not fit is rejected with a `RecordError`; nothing else is raised for
    what a payload holds. Codecs keep no state between columns, so that one serves many batches,
    in one thread. `kind` is what the values are that `decode` gives.
    """

    @property
    def schema(self) -> Schema:
        """Say what the payload bytes are."""

    @property
    def kind(self) -> Schema:
        """Say what the values are."""

    def decode(self, column: Column) -> None:
        """Make the payload bytes in `column` into values."""

    def encode(self, column: Column) -> None:
        """Make the values in `column` into payload bytes.

        Raises FatalError when this schema cannot hold values of that kind at all.
        """


class UnfitError(ValueError):
    """A payload or a value that a codec refuses; its text shows nothing of what is in it."""


def require_kind(column: Column, schema: Schema, *kinds: Schema, hint: str = "") -> None:
    """Raise FatalError unless the values in `column` are of a kind that `schema` can hold."""
    if column.kind not in kinds:
        allowed = " or ".join(kinds)
        advice = f"set the stream's schema to {column.kind}, or convert with a transform"
        raise FatalError(
            f"{column.kind} payloads cannot be written with schema {schema}, which takes {allowed}:"
            f" {hint or advice}"
        )
