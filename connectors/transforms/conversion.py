"""What the transforms that convert between formats have in common."""

import base64
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar

import orjson
from marshmallow import ValidationError

from config.connector_schema import SCHEMA_ALIASES
from config.fields import Choice
from config.model import Schema
from config.text_fields import TextTable
from connectors.codecs.codec import UnfitError
from connectors.codecs.field_mappings import rename_fields
from connectors.column import Column
from connectors.errors import FatalError
from connectors.transforms.table import TransformTable

ConvertValue = Callable[[Any], Any]

_BINARY = (Schema.AVRO, Schema.FLAT_BUFFER, Schema.PROTO)


class Conversion:
    """Makes payloads of format `source` into `target`, each by `convert_value`.

    None for `convert_value` leaves them alone. A binary `source` takes raw bytes too. Top-level
    fields of JSON objects are renamed before by `field_mappings`. Values that the stream's codec
    has decoded from `source` to `target` already are taken as they are, but for `finish_decoded`.
    """

    def __init__(
        self,
        source: Schema,
        target: Schema,
        convert_value: ConvertValue | None,
        field_mappings: Mapping[str, str],
        *,
        finish_decoded: ConvertValue | None = None,
    ) -> None:
        self._source = source
        self._target = target
        self._convert_value = convert_value
        self._field_mappings = field_mappings
        self._finish_decoded = finish_decoded

    def apply(self, column: Column) -> None:
        """Convert all payloads; raises FatalError when they are of another format."""
        convert_value = self._convert_value
        if column.kind is self._target and column.decoded_from is self._source:
            convert_value = self._finish_decoded
        elif column.kind is not self._source and not self._takes_bytes_of(column):
            raise FatalError(f"expected {self._source} payload, and these are {column.kind}")
        problem = f"the payload cannot be converted from {self._source} to {self._target}"
        if self._field_mappings and column.kind is Schema.JSON:
            rename = partial(rename_fields, names=self._field_mappings)
            column.convert(Schema.JSON, rename, problem=problem)
            column.changed = True
        if convert_value is not None:
            column.convert(self._target, convert_value, refusals=UnfitError, problem=problem)
            column.changed = True

    def _takes_bytes_of(self, column: Column) -> bool:
        return column.kind is Schema.RAW and self._source in _BINARY


class ConversionTable(TransformTable):
    """Both formats; the one that is left out is `format`, unless the other one is, then JSON.

    Without both it is `format` to JSON.
    """

    format: ClassVar[Schema]

    source_format = Choice(Schema, aliases=SCHEMA_ALIASES, required=False)
    target_format = Choice(Schema, aliases=SCHEMA_ALIASES, required=False)
    field_mappings = TextTable(required=False, load_default=dict)

    def formats(self, data: Mapping[str, Any]) -> tuple[Schema, Schema]:
        """Return source and target."""
        source = data.get("source_format") or self._other(data.get("target_format"))
        return source, data.get("target_format") or self._other(source)

    def _other(self, named: Schema | None) -> Schema:
        return Schema.JSON if named is self.format else self.format


def unsupported(source: Schema, target: Schema, allowed: str) -> ValidationError:
    """Return the error for a pair of formats that no payload can be converted by."""
    text = f"unsupported conversion: {source} -> {target} (allowed: {allowed})"
    return ValidationError(text, "target_format")


def json_text(value: Any) -> str:
    """Return compact JSON; raises UnfitError."""
    return _dumped(value, 0)


def pretty_json_text(value: Any) -> str:
    """Return JSON with two spaces for each level; raises UnfitError."""
    return _dumped(value, orjson.OPT_INDENT_2)


def json_bytes(value: Any) -> bytes:
    """Return compact JSON as bytes; raises UnfitError."""
    return _dumped(value, 0).encode()


def parsed_json(text: str | bytes) -> Any:
    """Return what a JSON text says; raises UnfitError."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise UnfitError(f"it is not JSON: {error}") from error


def base64_text(payload: bytes) -> str:
    """Return bytes in base64."""
    return base64.b64encode(payload).decode()


def _dumped(value: Any, option: int) -> str:
    try:
        return orjson.dumps(value, option=option).decode()
    except orjson.JSONEncodeError as error:
        raise UnfitError(f"it cannot be written as JSON: {error}") from error
