"""What a FlatBuffers schema says: tables, structs and enums, by name and by position."""

from dataclasses import dataclass, field
from enum import IntEnum


class BaseType(IntEnum):
    """The types of FlatBuffers, by their numbers in binary schemas."""

    NONE = 0
    UNION_TYPE = 1
    BOOL = 2
    BYTE = 3
    UBYTE = 4
    SHORT = 5
    USHORT = 6
    INT = 7
    UINT = 8
    LONG = 9
    ULONG = 10
    FLOAT = 11
    DOUBLE = 12
    STRING = 13
    VECTOR = 14
    OBJECT = 15
    UNION = 16
    ARRAY = 17


SCALAR_CODES = {
    BaseType.UNION_TYPE: "B",
    BaseType.BOOL: "?",
    BaseType.BYTE: "b",
    BaseType.UBYTE: "B",
    BaseType.SHORT: "h",
    BaseType.USHORT: "H",
    BaseType.INT: "i",
    BaseType.UINT: "I",
    BaseType.LONG: "q",
    BaseType.ULONG: "Q",
    BaseType.FLOAT: "f",
    BaseType.DOUBLE: "d",
}
"""The codes of the `struct` module, which for all of these have their standard sizes."""

FLOAT_TYPES = (BaseType.FLOAT, BaseType.DOUBLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Type:
    """The type of a field, or of one member of a union.

    `element` is that of a vector or array. `index` is the place of the object or enum, -1 without.
    """

    base: BaseType
    element: BaseType = BaseType.NONE
    index: int = -1
    length: int = 0

    @property
    def inner(self) -> "Type":
        """The type of one element."""
        return Type(base=self.element, index=self.index)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field; `offset` is its place in the vtable, or for a struct in the struct, in bytes."""

    name: str
    type: Type
    offset: int
    default: int | float
    is_optional: bool
    is_required: bool

    @property
    def has_default(self) -> bool:
        """Tell whether the field has a value also where there is none."""
        is_scalar = self.type.base in SCALAR_CODES and self.type.base is not BaseType.UNION_TYPE
        return is_scalar and not self.is_optional


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A table or a struct; the sizes are those of a struct. Fields are in the order of places."""

    name: str
    fields: tuple[Field, ...]
    is_struct: bool
    size_bytes: int
    alignment_bytes: int

    @property
    def slots(self) -> int:
        """How many places a vtable has."""
        return max((one.offset // 2 - 1 for one in self.fields), default=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enum:
    """The names of an enum or union by number, and for a union the types of its members."""

    name: str
    names: dict[int, str]
    members: dict[int, Type] = field(default_factory=dict)

    @property
    def numbers(self) -> dict[str, int]:
        """The numbers by name."""
        return {name: number for number, name in self.names.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatBufferSchema:
    """All of a schema; `root` is the table of a payload, `identifier` four bytes or none."""

    objects: tuple[Object, ...]
    enums: tuple[Enum, ...]
    root: Object | None
    identifier: bytes
