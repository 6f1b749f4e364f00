"""UTF-8 text."""

from collections.abc import Callable
from typing import Any, ClassVar

import orjson

from config.model import Schema
from connectors.codecs.codec import UnfitError, require_kind
from connectors.column import Column


class TextCodec:
    """Text; JSON values are written as compact JSON text."""

    schema: ClassVar[Schema] = Schema.TEXT
    kind: ClassVar[Schema] = Schema.TEXT

    def decode(self, column: Column) -> None:
        """Read UTF-8, strictly."""
        problem = "the payload is not UTF-8 text"
        _convert(column, self.kind, bytes.decode, _decoded, problem)

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
            _convert(column, Schema.RAW, str.encode, _encoded, problem)


def _convert(
    column: Column,
    kind: Schema,
    convert_quickly: Callable[[Any], Any],
    convert_value: Callable[[Any], Any],
    problem: str,
) -> None:
    """Convert all values without a call of Python; unless all fit, look what is wrong with each."""
    try:
        column.values = list(map(convert_quickly, column.values))
        column.kind = kind
    except (TypeError, UnicodeError):
        column.convert(kind, convert_value, refusals=UnfitError, problem=problem)


def _decoded(payload: bytes) -> str:
    try:
        return payload.decode()
    except UnicodeDecodeError as error:
        raise UnfitError(f"at byte {error.start}") from error


def _encoded(text: object) -> bytes:
    if not isinstance(text, str):
        raise UnfitError(f"it is of type {type(text).__name__}")
    try:
        return str.encode(text)
    except UnicodeEncodeError as error:
        raise UnfitError(f"at character {error.start}") from error
