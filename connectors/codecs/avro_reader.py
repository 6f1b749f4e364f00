"""Reads Avro datums as plain JSON values, whatever the bytes say.

fastavro's readers take numbers of any size, count from the end where an index is negative and
stop at no depth; to look through what they gave costs more than to read here with the checks.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from math import isfinite
from typing import Any

from connectors.codecs.avro_shape import MAX_DEPTH, levels_inside
from connectors.codecs.codec import UnfitError

Read = Callable[[BytesIO, int], Any]
"""Reads one value off a stream; the number is how many levels may still be in it."""

_NUMBERS_OF_ONE_BYTE = {bytes([zigzag]): (zigzag >> 1) ^ -(zigzag & 1) for zigzag in range(128)}
_PLACES = [
    {bytes([byte]): (byte & 127) << shift for byte in range(256)} for shift in range(7, 70, 7)
]
_BOOLEANS = {b"\x00": False, b"\x01": True}
_INT_END = 2**31
_SINGLE = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")


class DatumReader:
    """Reads the datums of one schema, each of which is a payload and all of it."""

    def __init__(self, schema: Any, named: Mapping[str, Any]) -> None:
        self._named = named
        self._by_name: dict[str, Read] = {}
        self._complex: dict[str, Callable[[Any], Read]] = {
            "record": self._record,
            "error": self._record,
            "enum": lambda enum: _enum(dict(enumerate(enum["symbols"]))),
            "fixed": lambda fixed: _fixed(fixed["size"]),
            "array": lambda array: _array(self._reader(array["items"])),
            "map": lambda map_: _map(self._reader(map_["values"])),
        }
        self._read = self._reader(schema)

    def read(self, payload: bytes) -> Any:
        """Return what `payload` holds; raises UnfitError."""
        stream = BytesIO(payload)
        try:
            value = self._read(stream, MAX_DEPTH)
        except UnfitError:
            raise
        except RecursionError as error:
            raise UnfitError(f"it is nested too deep: more than {MAX_DEPTH} levels") from error
        except (LookupError, ValueError, struct.error) as error:
            raise UnfitError("it ends early or does not fit the schema") from error
        left_over = len(payload) - stream.tell()
        if left_over:
            raise UnfitError(f"{left_over} bytes are left over")
        return value

    def _reader(self, schema: Any) -> Read:
        if isinstance(schema, list):
            return _union(dict(enumerate(map(self._reader, schema))))
        kind = schema if isinstance(schema, str) else schema["type"]
        if kind in _SIMPLE:
            return _SIMPLE[kind]
        name = schema if isinstance(schema, str) else schema.get("name")
        return self._complex[kind](schema) if name is None else self._of_name(name)

    def _of_name(self, name: str) -> Read:
        """Return the one reader of a named type, or inside of itself what will call it."""
        if name not in self._by_name:

            def read_later(stream: BytesIO, depth: int) -> Any:
                return self._by_name[name](stream, depth)

            self._by_name[name] = read_later
            schema = self._named[name]
            self._by_name[name] = self._complex[schema["type"]](schema)
        return self._by_name[name]

    def _record(self, schema: Any) -> Read:
        fields = [(field["name"], self._reader(field["type"])) for field in schema["fields"]]

        def read(stream: BytesIO, depth: int) -> dict[str, Any]:
            inner = levels_inside(depth)
            return {name: read_field(stream, inner) for name, read_field in fields}

        return read


def _union(branches: Mapping[int, Read]) -> Read:
    return lambda stream, depth: branches[_long(stream, depth)](stream, depth)


def _enum(symbols: Mapping[int, str]) -> Read:
    return lambda stream, depth: symbols[_long(stream, depth)]


def _fixed(size_bytes: int) -> Read:
    return lambda stream, _: [*_content(stream, size_bytes)]


def _array(read_item: Read) -> Read:
    def read(stream: BytesIO, depth: int) -> list[Any]:
        inner = levels_inside(depth)
        return [read_item(stream, inner) for count in _blocks(stream) for _ in range(count)]

    return read


def _map(read_value: Read) -> Read:
    def read(stream: BytesIO, depth: int) -> dict[str, Any]:
        inner = levels_inside(depth)
        return {
            _text(stream, inner): read_value(stream, inner)
            for count in _blocks(stream)
            for _ in range(count)
        }

    return read


def _blocks(stream: BytesIO) -> Iterator[int]:
    """Yield how many items come next; they have to be read before the next block."""
    while count := _long(stream, 0):
        if count > 0:
            yield count
            continue
        size_bytes = _long(stream, 0)
        end = stream.tell() + size_bytes
        yield -count
        if stream.tell() != end:
            raise UnfitError("a block has another size than it says")


def _long(stream: BytesIO, _depth: int) -> int:
    first = stream.read(1)
    if first in _NUMBERS_OF_ONE_BYTE:
        return _NUMBERS_OF_ONE_BYTE[first]
    return _number_of_more_bytes(stream, first)


def _number_of_more_bytes(stream: BytesIO, first: bytes) -> int:
    zigzag = first[0] & 127
    for place in _PLACES:
        byte = stream.read(1)
        zigzag += place[byte]
        if byte < b"\x80":  # the last one
            if zigzag >> 64:
                break
            return (zigzag >> 1) ^ -(zigzag & 1)
    raise UnfitError("a number has more than 64 bits")


def _int(stream: BytesIO, _depth: int) -> int:
    first = stream.read(1)
    if first in _NUMBERS_OF_ONE_BYTE:
        return _NUMBERS_OF_ONE_BYTE[first]
    number = _number_of_more_bytes(stream, first)
    if not -_INT_END <= number < _INT_END:
        raise UnfitError("a number has more than 32 bits")
    return number


def _single(stream: BytesIO, _depth: int) -> float:
    number: float = _SINGLE.unpack(stream.read(4))[0]
    if not isfinite(number):
        raise UnfitError("a number is not finite")
    return number


def _double(stream: BytesIO, _depth: int) -> float:
    number: float = _DOUBLE.unpack(stream.read(8))[0]
    if not isfinite(number):
        raise UnfitError("a number is not finite")
    return number


def _text(stream: BytesIO, depth: int) -> str:
    return _content(stream, _long(stream, depth)).decode()


def _bytes(stream: BytesIO, depth: int) -> list[int]:
    return [*_content(stream, _long(stream, depth))]


def _content(stream: BytesIO, size_bytes: int) -> bytes:
    content = stream.read(size_bytes)
    if len(content) != size_bytes:
        raise UnfitError("it ends early")
    return content


_SIMPLE: dict[str, Read] = {
    "null": lambda stream, _: None,  # noqa: ARG005, it takes no bytes
    "boolean": lambda stream, _: _BOOLEANS[stream.read(1)],
    "int": _int,
    "long": _long,
    "float": _single,
    "double": _double,
    "bytes": _bytes,
    "string": _text,
}
