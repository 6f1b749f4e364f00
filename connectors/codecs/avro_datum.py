"""Makes plain JSON values into what an Avro schema takes."""

import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.codecs.codec import UnfitError

Converter = Callable[[Any], Any]

_MAX_ATTEMPTS = 100_000


class _Field(NamedTuple):
    name: str
    convert: Converter
    has_default: bool
    default: Any
    convert_default: Converter


class DatumConverter:
    """Converts for fastavro's writer; branches of unions are named, so that it has no choice.

    Where the JSON value lacks a field, the schema's default is taken, else null. Fields that the
    schema does not have are left out. Used in one thread.
    """

    def __init__(self, schema: Any, named: Mapping[str, Any]) -> None:
        self._named = named
        self._by_name: dict[tuple[str, str], Converter] = {}
        self._attempts = 0
        self._complex: dict[str, Callable[[Any, str], Converter]] = {
            "record": self._record,
            "error": self._record,
            "enum": lambda enum, _: _enum(frozenset(enum["symbols"])),
            "fixed": lambda fixed, encoding: _fixed(fixed["size"], _bytes_from(encoding)),
            "array": lambda array, encoding: _array(self._converter(array["items"], encoding)),
            "map": lambda map_, encoding: _map(self._converter(map_["values"], encoding)),
        }
        self._convert = self._converter(schema, "utf-8")

    def convert(self, value: Any) -> Any:
        """Return the datum of `value`; raises UnfitError that names the field."""
        self._attempts = 0
        try:
            return self._convert(value)
        except RecursionError as error:
            raise UnfitError("it is nested too deep") from error

    def _converter(self, schema: Any, text_encoding: str) -> Converter:
        if isinstance(schema, list):
            return self._union(schema, text_encoding)
        if isinstance(schema, str):
            return self._named_or_primitive(schema, text_encoding)
        make = self._complex.get(schema["type"]) if isinstance(schema["type"], str) else None
        if make is None:
            return self._converter(schema["type"], text_encoding)
        return make(schema, text_encoding)

    def _named_or_primitive(self, name: str, text_encoding: str) -> Converter:
        if name in self._named:
            return self._reference(name, text_encoding)
        return _SIMPLE.get(name) or _bytes_from(text_encoding)

    def _reference(self, name: str, text_encoding: str) -> Converter:
        """Convert by a schema that stands elsewhere, maybe around this very place."""
        key = (name, text_encoding)

        def convert(value: Any) -> Any:
            if key not in self._by_name:
                self._by_name[key] = self._converter(self._named[name], text_encoding)
            return self._by_name[key](value)

        return convert

    def _record(self, schema: Any, text_encoding: str) -> Converter:
        fields = [
            _Field(
                name=field["name"],
                convert=self._converter(field["type"], text_encoding),
                has_default="default" in field,
                default=field.get("default"),
                # In a default, a text stands for the bytes of its code points.
                convert_default=self._converter(field["type"], "latin-1"),
            )
            for field in schema["fields"]
        ]

        def convert(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise UnfitError("must be an object")
            record = {}
            for name, convert_field, has_default, default, convert_default in fields:
                try:
                    if name in value:
                        record[name] = convert_field(value[name])
                    elif has_default:
                        record[name] = convert_default(default)
                    else:
                        record[name] = convert_field(None)
                except UnfitError as error:
                    raise UnfitError(f"{name}: {error}") from error
            return record

        return convert

    def _union(self, schema: list[Any], text_encoding: str) -> Converter:
        branches = [(_branch_name(one), self._converter(one, text_encoding)) for one in schema]

        def convert(value: Any) -> tuple[str, Any]:
            for name, convert_branch in branches:
                self._attempts += 1
                if self._attempts > _MAX_ATTEMPTS:
                    break
                try:
                    return name, convert_branch(value)
                except UnfitError:
                    continue
            raise UnfitError("fits no branch of its union")

        return convert


def _branch_name(schema: Any) -> str:
    if isinstance(schema, str):
        return schema
    return str(schema.get("name", schema["type"]))


def _enum(symbols: frozenset[str]) -> Converter:
    def convert(value: Any) -> str:
        if not isinstance(value, str) or value not in symbols:
            raise UnfitError("must be one of its symbols")
        return value

    return convert


def _fixed(size_bytes: int, convert_bytes: Converter) -> Converter:
    def convert(value: Any) -> bytes:
        content: bytes = convert_bytes(value)
        if len(content) != size_bytes:
            raise UnfitError(f"must have {size_bytes} bytes")
        return content

    return convert


def _array(convert_item: Converter) -> Converter:
    def convert(value: Any) -> list[Any]:
        if not isinstance(value, list):
            raise UnfitError("must be an array")
        return [convert_item(item) for item in value]

    return convert


def _map(convert_value: Converter) -> Converter:
    def convert(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise UnfitError("must be an object")
        return {key: convert_value(inner) for key, inner in value.items()}

    return convert


def _bytes_from(text_encoding: str) -> Converter:
    def convert(value: Any) -> bytes:
        try:
            if isinstance(value, str):
                return value.encode(text_encoding)
            if isinstance(value, list) and all(type(one) is int for one in value):
                return bytes(value)
        except ValueError as error:
            raise UnfitError("must hold numbers from 0 to 255") from error
        raise UnfitError("must be a text or an array of bytes")

    return convert


def _null(value: Any) -> None:
    if value is not None:
        raise UnfitError("must be null")


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnfitError("must be true or false")
    return value


def _integer(bits: int) -> Converter:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def convert(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise UnfitError(f"must be a whole number of {bits} bits")
        return value

    return convert


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnfitError("must be a number")
    return float(value)


def _single(value: Any) -> float:
    number = _number(value)
    try:
        struct.pack("<f", number)
    except OverflowError as error:  # the library would write infinity
        raise UnfitError("must be a number of 32 bits") from error
    return number


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise UnfitError("must be a text")
    return value


_SIMPLE: dict[str, Converter] = {
    "null": _null,
    "boolean": _boolean,
    "int": _integer(32),
    "long": _integer(64),
    "float": _single,
    "double": _number,
    "string": _text,
}
