"""An Avro schema, and the datums that it describes."""

import io
from typing import Any

import fastavro
import orjson

from config.errors import ConfigError
from connectors.codecs.avro_datum import DatumConverter
from connectors.codecs.avro_reader import DatumReader
from connectors.codecs.avro_shape import check_shape
from connectors.codecs.codec import UnfitError
from connectors.codecs.raw import as_bytes, filled_bytes

# The last two tell fastavro that a schema needs no more checks.
_LEFT_OUT = frozenset({"logicalType", "__fastavro_parsed", "__named_schemas"})


class AvroSchema:
    """Reads and writes bare datums: no container, no marker, no registry's prefix."""

    def __init__(self, schema: object) -> None:
        """Take a parsed `.avsc`; raises ConfigError when it is no schema that can be served."""
        named: dict[str, Any] = {}
        try:
            self._parsed = _parsed(schema, named)
            check_shape(self._parsed)
            self._reader = DatumReader(self._parsed, named)
            self._convert = DatumConverter(self._parsed, named).convert
        except RecursionError as error:
            raise ConfigError("the schema is nested too deep") from error

    @classmethod
    def parse(cls, text: str | bytes, problem: str) -> "AvroSchema":
        """Return the schema that a JSON text holds; raises ConfigError that begins `problem`."""
        try:
            return cls(orjson.loads(text))
        except (ConfigError, orjson.JSONDecodeError) as error:
            raise ConfigError(f"{problem}: {error}") from error

    def read(self, payload: bytes) -> Any:
        """Return what `payload` holds as plain JSON values; raises UnfitError, also if empty."""
        return self._reader.read(filled_bytes(payload))

    def checked(self, payload: object) -> bytes:
        """Return `payload`, which has to be the bytes of a datum; raises UnfitError."""
        datum = as_bytes(payload)
        self.read(datum)
        return datum

    def write(self, value: Any) -> bytes:
        """Return the datum of a plain JSON value; raises UnfitError that names the field."""
        stream = io.BytesIO()
        datum = self._convert(value)
        try:
            fastavro.schemaless_writer(stream, self._parsed, datum)
        except Exception as error:  # such as a text that is no Unicode
            raise UnfitError("a value does not fit the schema") from error
        return stream.getvalue()


def _parsed(schema: Any, named: dict[str, Any]) -> Any:
    """Return what fastavro makes of a schema, and fill in what its names stand for."""
    try:
        return fastavro.parse_schema(_without_logical_types(schema), named)
    except RecursionError:
        raise
    except Exception as error:  # whatever a wrong schema makes it stumble over
        raise ConfigError(f"{type(error).__name__}: {error}") from error


def _without_logical_types(schema: Any) -> Any:
    """Return the schema of the plain numbers, texts and bytes that stand for dates and the like.

    One that stands as the type of another, as in `{"type": {"type": "string"}}`, takes its place.
    """
    if isinstance(schema, list):
        return [_without_logical_types(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), dict | list):
        return _without_logical_types(schema["type"])
    plain = {key: value for key, value in schema.items() if key not in _LEFT_OUT}
    for key in ("items", "values"):
        if key in plain:
            plain[key] = _without_logical_types(plain[key])
    if isinstance(plain.get("fields"), list):
        plain["fields"] = [_plain_field(field) for field in plain["fields"]]
    return plain


def _plain_field(field: Any) -> Any:
    if not isinstance(field, dict):
        return field
    plain = {key: value for key, value in field.items() if key not in _LEFT_OUT}
    return plain | {"type": _without_logical_types(field["type"])} if "type" in field else plain
