"""Binary FlatBuffers schemas without a compiler, also those that none would write."""

from typing import Any

from connectors.codecs.flat_buffer_reflection import REFLECTION
from connectors.codecs.flat_buffer_schema import BaseType
from connectors.codecs.flat_buffer_writer import FlatBufferWriter


def type_of(base: BaseType, element: BaseType = BaseType.NONE, **more: int) -> dict[str, Any]:
    return {"base_type": int(base), "element": int(element), "index": -1, **more}


def field(name: str, offset: int, kind: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": name, "type": kind, "offset": offset, **more}


def table(name: str, *fields: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "fields": [*fields], "minalign": 1}


def struct(name: str, size_bytes: int, *fields: dict[str, Any], alignment: int = 1) -> Any:
    made = {"name": name, "fields": [*fields], "is_struct": True}
    return {**made, "minalign": alignment, "bytesize": size_bytes}


def union(name: str, *members: dict[str, Any]) -> dict[str, Any]:
    values = [
        {"name": f"M{number}", "value": number, "union_type": member}
        for number, member in enumerate((type_of(BaseType.NONE), *members))
    ]
    kind = type_of(BaseType.UNION_TYPE)
    return {"name": name, "values": values, "is_union": True, "underlying_type": kind}


def enum(name: str, base: BaseType, **numbers: int) -> dict[str, Any]:
    """Return an enum, whose numbers stand as 64 bits with a sign, as the compiler writes them."""
    none = type_of(BaseType.NONE)
    values = [{"name": one, "value": numbers[one], "union_type": none} for one in numbers]
    return {"name": name, "values": values, "underlying_type": type_of(base)}


def binary_schema(
    *objects: dict[str, Any], enums: tuple[Any, ...] = (), identifier: str = ""
) -> bytes:
    """Return the `.bfbs` of tables and structs, the first of which is the root."""
    schema = {"objects": [*objects], "enums": [*enums], "root_table": objects[0]}
    writer = FlatBufferWriter(REFLECTION, REFLECTION.objects[0], size_hint_bytes=1024)
    return writer.write({**schema, "file_ident": identifier})
