"""An Avro schema, and the datums that it describes."""

import io
import math
from collections.abc import Callable, Mapping
from typing import Any

import fastavro
import orjson
from fastavro import _read_py

from config.errors import ConfigError
from connectors.codecs.avro_datum import DatumConverter
from connectors.codecs.codec import UnfitError

_PRIMITIVES_WITHOUT_PLAIN_FORM = frozenset({"bytes", "fixed", "float", "double"})
_CHILDREN = {"array": "items", "map": "values"}


class AvroSchema:
    """Reads and writes bare datums: no container, no marker, no registry's prefix."""

    def __init__(self, schema: object) -> None:
        """Take a parsed `.avsc`; raises ConfigError when it is no schema that can be served."""
        self._named: dict[str, Any] = {}
        try:
            self._parsed = fastavro.parse_schema(_without_logical_types(schema), self._named)
        except Exception as error:  # whatever a wrong schema makes it stumble over
            raise ConfigError(f"{type(error).__name__}: {error}") from error
        shape = _Shape(self._named)
        shape.refuse_endless(self._parsed)
        self._needs_plain = shape.has_no_plain_form(self._parsed)
        # The compiled reader overflows the stack of the process on data that is nested deep.
        is_recursive = shape.is_recursive(self._parsed)
        self._read: Callable[..., Any] = (
            _read_py.schemaless_reader if is_recursive else fastavro.schemaless_reader
        )
        self._convert = DatumConverter(self._parsed, self._named).convert

    @classmethod
    def parse(cls, text: str | bytes, problem: str) -> "AvroSchema":
        """Return the schema that a JSON text holds; raises ConfigError that begins `problem`."""
        try:
            return cls(orjson.loads(text))
        except (ConfigError, orjson.JSONDecodeError) as error:
            raise ConfigError(f"{problem}: {error}") from error

    def read(self, payload: bytes) -> Any:
        """Return what `payload` holds as plain JSON values; raises UnfitError."""
        stream = io.BytesIO(payload)
        try:
            value = self._read(stream, self._parsed, None)
        except Exception as error:  # the library checks little and raises what comes
            raise UnfitError("it ends early or does not fit the schema") from error
        left_over = len(payload) - stream.tell()
        if left_over:
            raise UnfitError(f"{left_over} bytes are left over")
        return _plain(value) if self._needs_plain else value

    def write(self, value: Any) -> bytes:
        """Return the datum of a plain JSON value; raises UnfitError that names the field."""
        stream = io.BytesIO()
        datum = self._convert(value)
        try:
            fastavro.schemaless_writer(stream, self._parsed, datum)
        except Exception as error:  # such as a double that is no float
            raise UnfitError("a value does not fit the schema") from error
        return stream.getvalue()


class _Shape:
    """Answers what a schema's data can look like."""

    def __init__(self, named: Mapping[str, Any]) -> None:
        self._named = named

    def is_recursive(self, schema: Any, inside: tuple[str, ...] = ()) -> bool:
        if isinstance(schema, str) and schema in inside:
            return True
        schema = self._resolved(schema)
        if isinstance(schema, dict) and "name" in schema:
            if schema["name"] in inside:
                return True
            inside = (*inside, schema["name"])
        return any(self.is_recursive(child, inside) for child in _children(schema))

    def has_no_plain_form(self, schema: Any, seen: frozenset[str] = frozenset()) -> bool:
        if isinstance(schema, str) and schema in seen:
            return False
        seen = seen | {schema} if isinstance(schema, str) else seen
        schema = self._resolved(schema)
        if _type(schema) in _PRIMITIVES_WITHOUT_PLAIN_FORM:
            return True
        return any(self.has_no_plain_form(child, seen) for child in _children(schema))

    def refuse_endless(self, schema: Any) -> None:
        """Refuse arrays of what takes no bytes: a few bytes could then ask for 2**62 of them."""
        items = schema.get("items") if isinstance(schema, dict) else None
        if items is not None and self._takes_no_bytes(items):
            raise ConfigError("an array of values that take no bytes is not served")
        for child in _children(schema):
            self.refuse_endless(child)

    def _takes_no_bytes(self, schema: Any, inside: tuple[str, ...] = ()) -> bool:
        if isinstance(schema, str) and schema in inside:
            return False
        schema = self._resolved(schema)
        match _type(schema):
            case "null":
                return True
            case "fixed":
                return bool(schema["size"] == 0)
            case "record" | "error":
                inner = (*inside, schema["name"])
                return all(self._takes_no_bytes(child, inner) for child in _children(schema))
        return False

    def _resolved(self, schema: Any) -> Any:
        return self._named.get(schema, schema) if isinstance(schema, str) else schema


def _type(schema: Any) -> str:
    if isinstance(schema, dict):
        inner = schema["type"]
        return inner if isinstance(inner, str) else _type(inner)
    return "union" if isinstance(schema, list) else str(schema)


def _children(schema: Any) -> list[Any]:
    if isinstance(schema, list):
        return schema
    if not isinstance(schema, dict):
        return []
    if "fields" in schema:
        return [field["type"] for field in schema["fields"]]
    if schema["type"] in _CHILDREN:
        return [schema[_CHILDREN[schema["type"]]]]
    return [] if isinstance(schema["type"], str) else [schema["type"]]


def _without_logical_types(schema: Any) -> Any:
    """Return the schema of the plain numbers, texts and bytes that stand for dates and the like."""
    if isinstance(schema, list):
        return [_without_logical_types(branch) for branch in schema]
    if not isinstance(schema, dict):
        return schema
    plain = {key: value for key, value in schema.items() if key != "logicalType"}
    for key in ("type", "items", "values"):
        if key in plain:
            plain[key] = _without_logical_types(plain[key])
    if isinstance(plain.get("fields"), list):
        plain["fields"] = [_without_logical_types(field) for field in plain["fields"]]
    return plain


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bytes():
            return list(value)
        case float() if not math.isfinite(value):
            raise UnfitError("a number is not finite")
    return value
