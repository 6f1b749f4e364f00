"""Writes JSON values as FlatBuffers, by their schema."""

import struct
from collections.abc import Callable
from typing import Any

import flatbuffers

from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_schema import (
    FLOAT_TYPES,
    MAX_DEPTH,
    SCALAR_CODES,
    BaseType,
    Field,
    FlatBufferSchema,
    Object,
    Type,
)

_OFFSET_BYTES = 4


class FlatBufferWriter:
    """Takes what `FlatBufferReader` gives; enums may be names or numbers.

    Fields that the schema does not have are left out; null is a field that is not there.
    """

    def __init__(self, schema: FlatBufferSchema, root: Object, *, size_hint_bytes: int) -> None:
        self._schema = schema
        self._root = root
        self._size_hint_bytes = size_hint_bytes

    def write(self, value: Any) -> bytes:
        """Return the payload; raises UnfitError that names the field."""
        builder = flatbuffers.Builder(self._size_hint_bytes)
        writing = _Writing(self._schema, builder)
        root = writing.table(self._root, value, MAX_DEPTH)
        builder.Finish(root, self._schema.identifier or None)
        return bytes(builder.Output())


class _Writing:
    """One payload on its way: what is pointed to is written before what points to it."""

    def __init__(self, schema: FlatBufferSchema, builder: flatbuffers.Builder) -> None:
        self._schema = schema
        self._builder = builder

    def table(self, described: Object, value: Any, depth: int) -> int:
        """Write a table; return where it is."""
        if depth == 0:
            raise UnfitError(f"it is nested too deep: more than {MAX_DEPTH} levels")
        if not isinstance(value, dict):
            raise UnfitError("must be an object")
        fills = [
            fill
            for field in described.fields
            if (fill := _named(field.name, self._fill, field, value, depth)) is not None
        ]
        self._builder.StartObject(described.slots)
        for fill in fills:
            fill()
        return int(self._builder.EndObject())

    def _fill(self, field: Field, table: dict[str, Any], depth: int) -> Callable[[], None] | None:
        """Write what a field points to; return what then puts the field into its table."""
        value, kind, slot = table.get(field.name), field.type, field.offset // 2 - 2
        if value is None:
            if field.is_required:
                raise UnfitError("is required and missing")
            return None
        if kind.base in SCALAR_CODES:
            number = self._number(kind, value)
            if number == field.default and not field.is_optional:
                return None
            return lambda: self._put(slot, struct.pack(f"<{SCALAR_CODES[kind.base]}", number))
        if kind.base is BaseType.OBJECT and self._schema.objects[kind.index].is_struct:
            described = self._schema.objects[kind.index]
            packed = self._struct(described, value)
            return lambda: self._put(slot, packed, described.alignment_bytes)
        if kind.base is BaseType.UNION:
            at = self._member(kind, table.get(f"{field.name}_type"), value, depth)
        elif kind.base is BaseType.VECTOR:
            at = self._vector(kind.inner, table.get(f"{field.name}_type"), value, depth)
        else:
            at = self._pointed_to(kind, value, depth)
        return lambda: self._builder.PrependUOffsetTRelativeSlot(slot, at, 0)

    def _put(self, slot: int, packed: bytes, alignment_bytes: int = 0) -> None:
        """Put little-endian bytes into the table that is being written."""
        self._place(packed, alignment_bytes or len(packed))
        self._builder.Slot(slot)

    def _place(self, packed: bytes, alignment_bytes: int) -> None:
        self._builder.Prep(alignment_bytes, len(packed) - alignment_bytes)
        self._copy(packed)

    def _copy(self, content: bytes) -> None:
        """Put bytes before those that are there; there is room for them."""
        builder = self._builder
        builder.head -= len(content)
        builder.Bytes[builder.head : builder.head + len(content)] = content

    def _pointed_to(self, kind: Type, value: Any, depth: int) -> int:
        """Write a text or a table; return where it is."""
        if kind.base is BaseType.OBJECT:
            return self.table(self._schema.objects[kind.index], value, depth - 1)
        if not isinstance(value, str):
            raise UnfitError("must be a text")
        try:
            return int(self._builder.CreateString(value.encode()))
        except UnicodeEncodeError as error:
            raise UnfitError("must be Unicode text") from error

    def _member(self, kind: Type, member_type: Any, value: Any, depth: int) -> int:
        """Write a member of a union; return where it is."""
        union = self._schema.enums[kind.index]
        number = union.number(member_type) if isinstance(member_type, str) else member_type
        if type(number) is not int or number not in union.members:
            raise UnfitError("needs the name of its type beside it, in a field …_type")
        member = union.members[number]
        if member.base is BaseType.OBJECT and self._schema.objects[member.index].is_struct:
            described = self._schema.objects[member.index]
            self._place(self._struct(described, value), described.alignment_bytes)
            return int(self._builder.Offset())
        return self._pointed_to(member, value, depth)

    def _vector(self, kind: Type, member_types: Any, values: Any, depth: int) -> int:
        """Write a vector; return where it is."""
        if not isinstance(values, list):
            raise UnfitError("must be an array")
        if kind.base is BaseType.OBJECT and self._schema.objects[kind.index].is_struct:
            described = self._schema.objects[kind.index]
            packed = [self._struct(described, value) for value in values]
            return self._packed_vector(packed, described.size_bytes, described.alignment_bytes)
        if kind.base in SCALAR_CODES:
            code = SCALAR_CODES[kind.base]
            numbers = [struct.pack(f"<{code}", self._number(kind, value)) for value in values]
            return self._packed_vector(numbers, struct.calcsize(f"<{code}"))
        if kind.base is BaseType.UNION:
            if not isinstance(member_types, list) or len(member_types) != len(values):
                raise UnfitError("needs as many types beside it, in a field …_type")
            pairs = zip(member_types, values, strict=True)
            places = [self._member(kind, one_type, one, depth) for one_type, one in pairs]
        else:
            places = [self._pointed_to(kind, value, depth) for value in values]
        self._builder.StartVector(_OFFSET_BYTES, len(places), _OFFSET_BYTES)
        for at in reversed(places):
            self._builder.PrependUOffsetTRelative(at)
        return int(self._builder.EndVector())

    def _packed_vector(self, packed: list[bytes], size_bytes: int, alignment_bytes: int = 0) -> int:
        self._builder.StartVector(size_bytes, len(packed), alignment_bytes or size_bytes)
        self._copy(b"".join(packed))
        return int(self._builder.EndVector())

    def _struct(self, described: Object, value: Any) -> bytes:
        """Return the bytes of a struct; all of its fields have to be there."""
        if not isinstance(value, dict):
            raise UnfitError("must be an object")
        packed = bytearray(described.size_bytes)
        for field in described.fields:
            content = _named(field.name, self._struct_field, field.type, value.get(field.name))
            packed[field.offset : field.offset + len(content)] = content
        return bytes(packed)

    def _struct_field(self, kind: Type, value: Any) -> bytes:
        if kind.base is BaseType.OBJECT:
            return self._struct(self._schema.objects[kind.index], value)
        if kind.base is BaseType.ARRAY:
            if not isinstance(value, list) or len(value) != kind.length:
                raise UnfitError(f"must be an array of {kind.length}")
            return b"".join(self._struct_field(kind.inner, one) for one in value)
        return struct.pack(f"<{SCALAR_CODES[kind.base]}", self._number(kind, value))

    def _number(self, kind: Type, value: Any) -> Any:
        """Return a scalar that can be packed."""
        if kind.base is BaseType.BOOL:
            if not isinstance(value, bool):
                raise UnfitError("must be true or false")
            return value
        if isinstance(value, str) and kind.index >= 0:
            value = self._schema.enums[kind.index].number(value)
        if type(value) is not int and not (kind.base in FLOAT_TYPES and type(value) is float):
            raise UnfitError("must be a number of its type, or a name of its enum")
        try:
            struct.pack(f"<{SCALAR_CODES[kind.base]}", value)
        except (struct.error, OverflowError) as error:
            raise UnfitError("is too large for its type") from error
        return value


def _named(name: str, do: Callable[..., Any], *arguments: Any) -> Any:
    """Call `do`; an UnfitError tells the field."""
    try:
        return do(*arguments)
    except UnfitError as error:
        raise UnfitError(f"{name}: {error}") from error
