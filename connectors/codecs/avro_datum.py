"""Makes plain JSON values into what an Avro schema takes."""

import struct
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from connectors.codecs.avro_shape import MAX_DEPTH, levels_inside
from connectors.codecs.codec import UnfitError

Converter = Callable[[Any, int], Any]
"""Makes one value into a datum; the number is how many levels may still be in it."""


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
        self._fits: dict[tuple[int, int, int], tuple[str, Any] | None] = {}
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
        try:
            return self._convert(value, MAX_DEPTH)
        except RecursionError as error:
            raise UnfitError(f"it is nested too deep: more than {MAX_DEPTH} levels") from error
        finally:
            self._fits.clear()

    def _converter(self, schema: Any, text_encoding: str) -> Converter:
        if isinstance(schema, list):
            return self._union(schema, text_encoding)
        kind = schema if isinstance(schema, str) else schema["type"]
        if kind == "bytes":
            return _bytes_from(text_encoding)
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        name = schema if isinstance(schema, str) else schema.get("name")
        if name is None:
            return self._complex[kind](schema, text_encoding)
        return self._of_name(name, text_encoding)

    def _of_name(self, name: str, text_encoding: str) -> Converter:
        """Return the one converter of a named type, or inside of itself what will call it."""
        key = (name, text_encoding)
        if key not in self._by_name:

            def convert_later(value: Any, depth: int) -> Any:
                return self._by_name[key](value, depth)

            self._by_name[key] = convert_later
            schema = self._named[name]
            self._by_name[key] = self._complex[schema["type"]](schema, text_encoding)
        return self._by_name[key]

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

        def convert(value: Any, depth: int) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise UnfitError("must be an object")
            inner = levels_inside(depth)
            record = {}
            for name, convert_field, has_default, default, convert_default in fields:
                try:
                    if name in value:
                        record[name] = convert_field(value[name], inner)
                    elif has_default:
                        record[name] = convert_default(default, inner)
                    else:
                        record[name] = convert_field(None, inner)
                except UnfitError as error:
                    raise UnfitError(f"{name}: {error}") from error
            return record

        return convert

    def _union(self, schema: list[Any], text_encoding: str) -> Converter:
        branches = [(_branch_name(one), self._converter(one, text_encoding)) for one in schema]

        def convert(value: Any, depth: int) -> tuple[str, Any]:
            if not isinstance(value, (dict, list)):
                fit = _first_fit(branches, value, depth)
            else:
                # Asked once only: branches that are alike would double the work on each level.
                key = (id(branches), id(value), depth)
                if key not in self._fits:
                    self._fits[key] = _first_fit(branches, value, depth)
                fit = self._fits[key]
            if fit is None:
                raise UnfitError("fits no branch of its union")
            return fit

        return convert


def _first_fit(
    branches: list[tuple[str, Converter]], value: Any, depth: int
) -> tuple[str, Any] | None:
    for name, convert_branch in branches:
        try:
            return name, convert_branch(value, depth)
        except UnfitError:
            continue
    return None


def _branch_name(schema: Any) -> str:
    if isinstance(schema, str):
        return schema
    return str(schema.get("name", schema["type"]))


def _enum(symbols: frozenset[str]) -> Converter:
    def convert(value: Any, _depth: int) -> str:
        if not isinstance(value, str) or value not in symbols:
            raise UnfitError("must be one of its symbols")
        return value

    return convert


def _fixed(size_bytes: int, convert_bytes: Converter) -> Converter:
    def convert(value: Any, depth: int) -> bytes:
        content: bytes = convert_bytes(value, depth)
        if len(content) != size_bytes:
            raise UnfitError(f"must have {size_bytes} bytes")
        return content

    return convert


def _array(convert_item: Converter) -> Converter:
    def convert(value: Any, depth: int) -> list[Any]:
        if not isinstance(value, list):
            raise UnfitError("must be an array")
        inner = levels_inside(depth)
        return [convert_item(item, inner) for item in value]

    return convert


def _map(convert_value: Converter) -> Converter:
    def convert(value: Any, depth: int) -> dict[str, Any]:
        if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
            raise UnfitError("must be an object")
        inner = levels_inside(depth)
        return {key: convert_value(one, inner) for key, one in value.items()}

    return convert


def _bytes_from(text_encoding: str) -> Converter:
    def convert(value: Any, _depth: int) -> bytes:
        try:
            if isinstance(value, str):
                return value.encode(text_encoding)
            if isinstance(value, list) and all(type(one) is int for one in value):
                return bytes(value)
        except UnicodeEncodeError as error:
            raise UnfitError("must be Unicode text") from error
        except ValueError as error:
            raise UnfitError("must hold numbers from 0 to 255") from error
        raise UnfitError("must be a text or an array of bytes")

    return convert


def _null(value: Any, _depth: int) -> None:
    if value is not None:
        raise UnfitError("must be null")


def _boolean(value: Any, _depth: int) -> bool:
    if not isinstance(value, bool):
        raise UnfitError("must be true or false")
    return value


def _integer(bits: int) -> Converter:
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def convert(value: Any, _depth: int) -> int:
        if type(value) is not int or not low <= value <= high:
            raise UnfitError(f"must be a whole number of {bits} bits")
        return value

    return convert


def _number(value: Any, _depth: int) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UnfitError("must be a number")
    try:
        return float(value)
    except OverflowError as error:
        raise UnfitError("must be a number of 64 bits") from error


def _single(value: Any, depth: int) -> float:
    number = _number(value, depth)
    try:
        struct.pack("<f", number)
    except OverflowError as error:  # the library would write infinity
        raise UnfitError("must be a number of 32 bits") from error
    return number


def _text(value: Any, _depth: int) -> str:
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
