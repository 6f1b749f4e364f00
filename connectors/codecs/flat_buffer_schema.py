"""What a FlatBuffers schema says: tables, structs and enums, by name and by position."""

from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property

MAX_DEPTH = 64  # tables and structs in each other, read or written
_FEWEST_FLAGS = 3


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
    """One field; `offset` is its place in the vtable, or for a struct in the struct, in bytes.

    `shown_default` is the value that there is where there is none, None for no such value.
    """

    name: str
    type: Type
    offset: int
    default: int | float
    shown_default: bool | float | str | None
    is_optional: bool
    is_required: bool


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
        """How many places for fields a vtable has."""
        return self.fields[-1].offset // 2 - 1 if self.fields else 0


@dataclass(frozen=True, kw_only=True)
class Enum:
    """The names of an enum or union by number, and for a union the types of its members.

    A binary schema does not tell which enums are `bit_flags`. Those of three numbers or more that
    are all powers of two are taken for such, so that their numbers can be of several flags.
    """

    name: str
    names: dict[int, str]
    members: dict[int, Type] = field(default_factory=dict)

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {name: number for number, name in self.names.items()}

    @cached_property
    def _are_flags(self) -> bool:
        return len(self.names) >= _FEWEST_FLAGS and all(
            number > 0 and number.bit_count() == 1 for number in self.names
        )

    def named(self, number: int) -> int | str:
        """Return the name of a number, those of its flags with spaces between, or the number."""
        if number in self.names:
            return self.names[number]
        flags = [flag for flag in self.names if flag & number] if self._are_flags else []
        if not flags or sum(flags) != number:
            return number
        return " ".join(self.names[flag] for flag in flags)

    def number(self, text: str) -> int | None:
        """Return the number of a name, or of the names of flags; None if there is none."""
        if " " not in text or not self._are_flags:
            return self._numbers.get(text)
        flags = {self._numbers.get(name, 0) for name in text.split(" ")}
        return sum(flags) if 0 not in flags else None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlatBufferSchema:
    """All of a schema; `root` is the table of a payload, `identifier` four bytes or none."""

    objects: tuple[Object, ...]
    enums: tuple[Enum, ...]
    root: Object | None
    identifier: bytes
