"""Reads binary schemas (`.bfbs`), which are FlatBuffers themselves, and compiles `.fbs` files."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from config.errors import ConfigError
from config.suggestion import closest
from connectors.codecs.codec import UnfitError
from connectors.codecs.compiler import compile_schema, read_schema_file
from connectors.codecs.flat_buffer_reader import FlatBufferReader
from connectors.codecs.flat_buffer_schema import (
    FLOAT_TYPES,
    SCALAR_CODES,
    BaseType,
    Enum,
    Field,
    FlatBufferSchema,
    Object,
    Type,
)
from connectors.codecs.flat_buffer_shape import check_shape

_IDENTIFIER = b"BFBS"


def load_schema(
    schema_path: Path, include_paths: Sequence[str], root_table_name: str
) -> tuple[FlatBufferSchema, Object]:
    """Return a schema and its root table, the one that is named or else the schema's own.

    A `.fbs` file is compiled by `flatc`, any other is a binary schema. Raises ConfigError.
    """
    content = read_schema_file(schema_path)
    if schema_path.suffix == ".fbs":
        content = _compile(schema_path, include_paths)
    try:
        schema = read_binary_schema(content)
    except (UnfitError, ValueError, KeyError) as error:
        raise ConfigError(f"{schema_path} is no binary FlatBuffers schema: {error}") from error
    if not root_table_name:
        if schema.root is None:
            raise ConfigError(f"{schema_path} has no root_type: set root_table_name")
        return schema, schema.root
    tables = {one.name: one for one in schema.objects if not one.is_struct}
    short = {name.rpartition(".")[2]: one for name, one in tables.items()}
    root = tables.get(root_table_name) or short.get(root_table_name)
    if root is None:
        near = closest(root_table_name, tables)
        hint = f"; did you mean {near}?" if near else ""
        raise ConfigError(f"{schema_path} has no table {root_table_name!r}{hint}")
    return schema, root


def read_binary_schema(content: bytes) -> FlatBufferSchema:
    """Return what a `.bfbs` file says; raises UnfitError, or ValueError for types of tomorrow."""
    reader = FlatBufferReader(REFLECTION, REFLECTION.objects[0], checks_identifier=True)
    raw = reader.read(content)
    enums = tuple(_enum(one) for one in raw["enums"])
    objects = tuple(_object(one, enums) for one in raw["objects"])
    root_name = raw.get("root_table", {}).get("name")
    schema = FlatBufferSchema(
        objects=objects,
        enums=enums,
        root=next((one for one in objects if one.name == root_name), None),
        identifier=raw.get("file_ident", "").encode(),
    )
    check_shape(schema)
    return schema


def _compile(schema_path: Path, include_paths: Sequence[str]) -> bytes:
    flatc = shutil.which("flatc")
    if flatc is None:
        raise ConfigError(
            f"{schema_path} has to be compiled and there is no flatc: install it, or give the"
            " binary schema that it makes elsewhere (flatc --schema -b)"
        )
    return compile_schema(
        schema_path,
        lambda directory: [
            *(flatc, "--schema", "--binary", "-o", str(directory)),
            *(word for folder in include_paths for word in ("-I", folder)),
            str(schema_path),
        ],
    )


def _object(raw: dict[str, Any], enums: Sequence[Enum]) -> Object:
    fields = [_field(one, enums) for one in raw["fields"] if not one["deprecated"]]
    return Object(
        name=raw["name"],
        fields=tuple(sorted(fields, key=lambda field: field.offset)),
        is_struct=raw["is_struct"],
        size_bytes=raw["bytesize"],
        alignment_bytes=raw["minalign"],
    )


def _field(raw: dict[str, Any], enums: Sequence[Enum]) -> Field:
    kind = _type(raw["type"])
    default = raw["default_real" if kind.base in FLOAT_TYPES else "default_integer"]
    return Field(
        name=raw["name"],
        type=kind,
        offset=raw["offset"],
        default=default,
        shown_default=None if raw["optional"] else _shown_default(kind, default, enums),
        is_optional=raw["optional"],
        is_required=raw["required"],
    )


def _shown_default(kind: Type, default: float, enums: Sequence[Enum]) -> bool | float | str | None:
    if kind.base not in SCALAR_CODES or kind.base is BaseType.UNION_TYPE:
        return None
    if kind.base is BaseType.BOOL:
        return bool(default)
    if isinstance(default, int) and 0 <= kind.index < len(enums):
        return enums[kind.index].named(default)
    return default


def _type(raw: dict[str, Any]) -> Type:
    return Type(
        base=BaseType(raw["base_type"]),
        element=BaseType(raw["element"]),
        index=raw["index"],
        length=raw["fixed_length"],
    )


def _enum(raw: dict[str, Any]) -> Enum:
    """Return an enum, whose numbers stand as 64 bits with a sign, also where they have none."""
    is_unsigned = raw["underlying_type"]["base_type"] == BaseType.ULONG
    members = {one["value"]: _type(one["union_type"]) for one in raw["values"] if one["value"]}
    return Enum(
        name=raw["name"],
        names={
            one["value"] % 2**64 if is_unsigned else one["value"]: one["name"]
            for one in raw["values"]
        },
        members=members if raw["is_union"] else {},
    )


def _reflected(name: str, *fields: tuple[str, int, BaseType, int | Type]) -> Object:
    return Object(
        name=name,
        fields=tuple(_reflected_field(*field) for field in fields),
        is_struct=False,
        size_bytes=0,
        alignment_bytes=0,
    )


def _reflected_field(name: str, offset: int, base: BaseType, detail: int | Type) -> Field:
    kind = detail if isinstance(detail, Type) else Type(base=base)
    default = detail if isinstance(detail, int) else 0
    return Field(
        name=name,
        type=kind,
        offset=offset,
        default=default,
        shown_default=_shown_default(kind, default, ()),
        is_optional=False,
        is_required=False,
    )


def _table(index: int) -> Type:
    return Type(base=BaseType.OBJECT, index=index)


def _tables(index: int) -> Type:
    return Type(base=BaseType.VECTOR, element=BaseType.OBJECT, index=index)


_OBJECT, _ENUM, _ENUM_VALUE, _FIELD, _TYPE = range(1, 6)

# What of reflection.fbs is needed here; it is stable, because every tool reads it.
REFLECTION = FlatBufferSchema(
    objects=(
        _reflected(
            "Schema",
            ("objects", 4, BaseType.VECTOR, _tables(_OBJECT)),
            ("enums", 6, BaseType.VECTOR, _tables(_ENUM)),
            ("file_ident", 8, BaseType.STRING, 0),
            ("root_table", 12, BaseType.OBJECT, _table(_OBJECT)),
        ),
        _reflected(
            "Object",
            ("name", 4, BaseType.STRING, 0),
            ("fields", 6, BaseType.VECTOR, _tables(_FIELD)),
            ("is_struct", 8, BaseType.BOOL, 0),
            ("minalign", 10, BaseType.INT, 0),
            ("bytesize", 12, BaseType.INT, 0),
        ),
        _reflected(
            "Enum",
            ("name", 4, BaseType.STRING, 0),
            ("values", 6, BaseType.VECTOR, _tables(_ENUM_VALUE)),
            ("is_union", 8, BaseType.BOOL, 0),
            ("underlying_type", 10, BaseType.OBJECT, _table(_TYPE)),
        ),
        _reflected(
            "EnumVal",
            ("name", 4, BaseType.STRING, 0),
            ("value", 6, BaseType.LONG, 0),
            ("union_type", 10, BaseType.OBJECT, _table(_TYPE)),
        ),
        _reflected(
            "Field",
            ("name", 4, BaseType.STRING, 0),
            ("type", 6, BaseType.OBJECT, _table(_TYPE)),
            ("offset", 10, BaseType.USHORT, 0),
            ("default_integer", 12, BaseType.LONG, 0),
            ("default_real", 14, BaseType.DOUBLE, 0),
            ("deprecated", 16, BaseType.BOOL, 0),
            ("required", 18, BaseType.BOOL, 0),
            ("optional", 26, BaseType.BOOL, 0),
        ),
        _reflected(
            "Type",
            ("base_type", 4, BaseType.BYTE, 0),
            ("element", 6, BaseType.BYTE, 0),
            ("index", 8, BaseType.INT, -1),
            ("fixed_length", 10, BaseType.USHORT, 0),
        ),
    ),
    enums=(),
    root=None,
    identifier=_IDENTIFIER,
)
