"""Reads FlatBuffers by their schema, whatever the bytes say.

In a FlatBuffer every offset can lead anywhere, many offsets to the same place, and a table of many
fields can be as good as empty. So each position is checked, and depth and work are limited.
"""

import struct
from typing import Any

from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_schema import (
    MAX_DEPTH,
    SCALAR_CODES,
    BaseType,
    Field,
    FlatBufferSchema,
    Object,
    Type,
)

_WORK_FOR_A_BYTE = 16
_WORK_FOR_ANY_PAYLOAD = 400_000
_WORK_OF_A_FIELD = 2
_WORK_OF_A_VALUE = 4

_OFFSET = struct.Struct("<I")
_BACK_OFFSET = struct.Struct("<i")
_PLACE = struct.Struct("<H")


class FlatBufferReader:
    """Reads JSON values in the form of `flatc --json --defaults-json`.

    Scalars that are not there have their default; enums are names. Optional scalars and
    types of unions that are not there are left out, where `flatc` writes null and NONE.
    The work for a payload is limited to 16 for each of its bytes, and 400,000 for a small one. A
    byte of a text, vector or struct takes 1, a field of a table 2, a value that is there 4 more.
    Only what uses the same bytes again and again, or nearly empty tables of about a hundred fields
    by the thousand, comes to more.
    """

    def __init__(self, schema: FlatBufferSchema, root: Object, *, checks_identifier: bool) -> None:
        self._schema = schema
        self._root = root
        self._checks_identifier = checks_identifier

    def read(self, payload: bytes) -> Any:
        """Return the root table as an object; raises UnfitError."""
        identifier = self._schema.identifier
        if self._checks_identifier and identifier and payload[4:8] != identifier:
            raise UnfitError("it has another file identifier")
        reading = _Reading(self._schema, payload)
        try:
            return reading.table(reading.follow(0), self._root, MAX_DEPTH)
        except struct.error as error:
            raise UnfitError("an offset leads out of it") from error
        except UnicodeDecodeError as error:
            raise UnfitError("a text is not UTF-8") from error


class _Reading:
    """One payload on its way; positions are never negative, and too large ones raise."""

    def __init__(self, schema: FlatBufferSchema, payload: bytes) -> None:
        self._schema = schema
        self._payload = payload
        self._left_work = max(_WORK_FOR_ANY_PAYLOAD, _WORK_FOR_A_BYTE * len(payload))

    def follow(self, at: int) -> int:
        """Return where the offset at a position leads; it only ever leads forward."""
        (distance,) = _OFFSET.unpack_from(self._payload, at)
        return at + int(distance)

    def table(self, at: int, described: Object, depth: int) -> dict[str, Any]:
        if depth == 0:
            raise UnfitError(f"it is nested too deep: more than {MAX_DEPTH} levels")
        places = self._places(at, described)
        there = len(places) - places.count(0)
        self._spend(_WORK_OF_A_FIELD * len(described.fields) + _WORK_OF_A_VALUE * there)
        value = {}
        for field in described.fields:
            inner = field.shown_default
            if places[field.offset // 2]:
                inner = self._field(field, at, places, depth)
            if inner is not None:
                value[field.name] = inner
        return value

    def _places(self, at: int, described: Object) -> tuple[int, ...]:
        """Return a vtable, each of whose numbers stands where the half of its offset says."""
        (back,) = _BACK_OFFSET.unpack_from(self._payload, at)
        vtable = at - back
        if vtable < 0:
            raise UnfitError("an offset leads out of it")
        (vtable_bytes,) = _PLACE.unpack_from(self._payload, vtable)
        count = described.slots + 2
        there = min(int(vtable_bytes) // _PLACE.size, count)
        places: tuple[int, ...] = struct.unpack_from(f"<{there}H", self._payload, vtable)
        return places + (0,) * (count - there)

    def _field(self, field: Field, table_at: int, places: tuple[int, ...], depth: int) -> Any:
        kind, at = field.type, table_at + places[field.offset // 2]
        type_place = places[field.offset // 2 - 1]  # of a union, its type stands before it
        if kind.base is BaseType.UNION:
            number = self._scalar(BaseType.UNION_TYPE, table_at + type_place) if type_place else 0
            return self._member(kind, number, at, depth)
        if kind.base is BaseType.VECTOR and kind.element is BaseType.UNION:
            numbers = self._vector_numbers(table_at + type_place) if type_place else []
            start, count = self._vector(self.follow(at), _OFFSET.size)
            if count != len(numbers):
                raise UnfitError("a vector of unions has not as many types")
            return [
                self._member(kind, number, start + position * _OFFSET.size, depth)
                for position, number in enumerate(numbers)
            ]
        return self._value(kind, at, depth)

    def _value(self, kind: Type, at: int, depth: int) -> Any:
        if kind.base in SCALAR_CODES:
            return self._named(kind, self._scalar(kind.base, at))
        match kind.base:
            case BaseType.STRING:
                start, length = self._vector(self.follow(at), 1)
                return self._payload[start : start + length].decode()
            case BaseType.OBJECT:
                described = self._schema.objects[kind.index]
                if described.is_struct:
                    return self._struct(at, described)
                return self.table(self.follow(at), described, depth - 1)
            case BaseType.VECTOR:
                size_bytes = self._element_bytes(kind.inner)
                start, count = self._vector(self.follow(at), size_bytes)
                return self._elements(kind.inner, start, count, depth)
            case _:
                return self._elements(kind.inner, at, kind.length, depth)

    def _struct(self, at: int, described: Object) -> dict[str, Any]:
        self._spend(described.size_bytes + len(described.fields) * _WORK_OF_A_VALUE)
        return {
            field.name: self._value(field.type, at + field.offset, MAX_DEPTH)
            for field in described.fields
        }

    def _member(self, kind: Type, number: int, at: int, depth: int) -> Any:
        if number == 0:
            return None
        member = self._schema.enums[kind.index].members.get(number)
        if member is None:
            raise UnfitError("a union has a type that the schema does not know")
        if member.base is BaseType.OBJECT and self._schema.objects[member.index].is_struct:
            return self._struct(self.follow(at), self._schema.objects[member.index])
        return self._value(member, at, depth)

    def _elements(self, kind: Type, start: int, count: int, depth: int) -> list[Any]:
        code = SCALAR_CODES.get(kind.base)
        if code is None:
            size_bytes = self._element_bytes(kind)
            ends = range(start, start + count * size_bytes, size_bytes)
            return [self._value(kind, at, depth) for at in ends]
        numbers = struct.unpack_from(f"<{count}{code}", self._payload, start)
        return [self._named(kind, number) for number in numbers] if kind.index >= 0 else [*numbers]

    def _vector(self, at: int, element_bytes: int) -> tuple[int, int]:
        """Return where the elements begin, and how many there are."""
        (count,) = _OFFSET.unpack_from(self._payload, at)
        start = at + _OFFSET.size
        if start + count * element_bytes > len(self._payload):
            raise UnfitError("a vector is longer than what there is")
        self._spend(_OFFSET.size + count * element_bytes)
        return start, count

    def _vector_numbers(self, at: int) -> tuple[Any, ...]:
        start, count = self._vector(self.follow(at), 1)
        return struct.unpack_from(f"<{count}B", self._payload, start)

    def _element_bytes(self, kind: Type) -> int:
        if kind.base is BaseType.OBJECT and self._schema.objects[kind.index].is_struct:
            return self._schema.objects[kind.index].size_bytes
        return struct.calcsize(f"<{SCALAR_CODES.get(kind.base, 'I')}")

    def _scalar(self, base: BaseType, at: int) -> Any:
        return struct.unpack_from(f"<{SCALAR_CODES[base]}", self._payload, at)[0]

    def _named(self, kind: Type, number: Any) -> Any:
        """Return the name that an enum has for a number, if it has one."""
        if kind.base is BaseType.BOOL:
            return bool(number)
        if kind.index < 0:
            return number
        return self._schema.enums[kind.index].named(number)

    def _spend(self, work: int) -> None:
        self._left_work -= work
        if self._left_work < 0:
            raise UnfitError("it holds too much for its size")
