"""Refuses FlatBuffers schemas that no compiler writes, once, so that no payload has to ask."""

import struct
from collections.abc import Callable, Sequence

from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_schema import (
    FLOAT_TYPES,
    MAX_DEPTH,
    SCALAR_CODES,
    BaseType,
    FlatBufferSchema,
    Object,
    Type,
)

_FIRST_OFFSET = 4
_LAST_OFFSET = 65_532  # both sizes that a vtable begins with have 16 bits
_MAX_TABLE_BYTES = 65_535
_MAX_ALIGNMENT_BYTES = 256
_OFFSET_BYTES = 4
_WITHOUT_ENUM = (BaseType.BOOL, *FLOAT_TYPES)


def check_shape(schema: FlatBufferSchema) -> None:
    """Raise UnfitError unless all types are what can be at their place.

    Every type has its object or enum, every union its type before it. The fields of a struct lie
    side by side in it, and structs are in each other up to 64 levels.
    """
    if len(schema.identifier) not in (0, 4):
        raise UnfitError("the file identifier has not four bytes")
    if schema.root is not None and schema.root.is_struct:
        raise UnfitError("the root is a struct")
    shape = _Shape(schema)
    for index, described in enumerate(schema.objects):
        if described.is_struct:
            shape.check_struct(index, MAX_DEPTH)
        else:
            shape.check_table(described)
    for enum in schema.enums:
        for member in enum.members.values():
            if member.base not in (BaseType.OBJECT, BaseType.STRING):
                raise UnfitError(f"{enum.name}: a member is no table, struct or text")
            shape.check_type(member)


class _Shape:
    def __init__(self, schema: FlatBufferSchema) -> None:
        self._objects = schema.objects
        self._enums = schema.enums
        self._levels: dict[int, int] = {}
        self._checks: dict[BaseType, Callable[[Type], None]] = {
            **dict.fromkeys(SCALAR_CODES, self._check_enum),
            BaseType.STRING: lambda _: None,
            BaseType.OBJECT: lambda kind: _check_index(kind.index, self._objects),
            BaseType.UNION: lambda kind: _check_index(kind.index, self._enums),
            BaseType.VECTOR: lambda kind: self.check_type(kind.inner),
        }

    def check_type(self, kind: Type) -> None:
        """Check what can be in a table."""
        if kind.base not in self._checks:
            raise UnfitError(f"there is a type {kind.base.name} where it cannot be")
        self._checks[kind.base](kind)

    def check_table(self, described: Object) -> None:
        types = {field.offset: field.type for field in described.fields}
        for offset, kind in types.items():
            if offset % 2 or not _FIRST_OFFSET <= offset <= _LAST_OFFSET:
                raise UnfitError(f"{described.name}: a field has an impossible place")
            self.check_type(kind)
            if _needs_type_before(kind) and types.get(offset - 2) != _type_before(kind):
                raise UnfitError(f"{described.name}: a union has no type before it")
        if len(types) < len(described.fields) or self._table_bytes(described) > _MAX_TABLE_BYTES:
            raise UnfitError(f"{described.name}: there is no place for all fields")

    def check_struct(self, index: int, levels: int) -> int:
        """Return how many levels of structs there are, which have to be `levels` or fewer."""
        described = self._objects[index]
        if levels and index not in self._levels:
            inner = [self._struct_in(field.type) for field in described.fields]
            below = [self.check_struct(one, levels - 1) for one in inner if one is not None]
            self._check_layout(described)
            self._levels[index] = 1 + max(below, default=0)
        if not levels or self._levels[index] > levels:
            raise UnfitError(f"{described.name}: structs are nested too deep")
        return self._levels[index]

    def _struct_in(self, kind: Type) -> int | None:
        """Return the index of the struct that a field of a struct holds, if it holds one."""
        kind = kind.inner if kind.base is BaseType.ARRAY else kind
        if kind.base is not BaseType.OBJECT and kind.base not in SCALAR_CODES:
            raise UnfitError(f"there is a type {kind.base.name} in a struct")
        self.check_type(kind)
        if kind.base is not BaseType.OBJECT:
            return None
        if not self._objects[kind.index].is_struct:
            raise UnfitError("there is a table in a struct")
        return kind.index

    def _check_layout(self, described: Object) -> None:
        end = 0
        for field in described.fields:
            if field.offset < end or (field.type.base is BaseType.ARRAY and not field.type.length):
                raise UnfitError(f"{described.name}: a field has an impossible place")
            end = field.offset + self._size_bytes(field.type)
        alignment = described.alignment_bytes
        if not (
            max(end, 1) <= described.size_bytes <= _MAX_TABLE_BYTES
            and 0 < alignment <= _MAX_ALIGNMENT_BYTES
            and alignment.bit_count() == 1
            and described.size_bytes % alignment == 0
        ):
            raise UnfitError(f"{described.name}: the struct has an impossible size")

    def _check_enum(self, kind: Type) -> None:
        if kind.index != -1:
            _check_index(kind.index, self._enums if kind.base not in _WITHOUT_ENUM else ())

    def _table_bytes(self, described: Object) -> int:
        """Return how many bytes a table has at most, where all of its fields need alignment."""
        return _OFFSET_BYTES + sum(2 * self._size_bytes(field.type) for field in described.fields)

    def _size_bytes(self, kind: Type) -> int:
        """Return the bytes of a field at its place, without what it leads to."""
        if kind.base is BaseType.ARRAY:
            return kind.length * self._size_bytes(kind.inner)
        if kind.base is BaseType.OBJECT and self._objects[kind.index].is_struct:
            return self._objects[kind.index].size_bytes
        return struct.calcsize(f"<{SCALAR_CODES.get(kind.base, 'I')}")


def _check_index(index: int, those: Sequence[object]) -> None:
    if not 0 <= index < len(those):
        raise UnfitError("there is a type of an object or enum that is not there")


def _needs_type_before(kind: Type) -> bool:
    return BaseType.UNION in (kind.base, kind.element)


def _type_before(kind: Type) -> Type:
    """Return the type of the field that has to stand before a union or a vector of unions."""
    if kind.base is BaseType.UNION:
        return Type(base=BaseType.UNION_TYPE, index=kind.index)
    return Type(base=BaseType.VECTOR, element=BaseType.UNION_TYPE, index=kind.index)
