import random
from pathlib import Path
from typing import Any

import pytest

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_reader import FlatBufferReader
from connectors.codecs.flat_buffer_reflection import load_schema, read_binary_schema
from connectors.codecs.flat_buffer_schema import BaseType
from connectors.codecs.flat_buffer_writer import FlatBufferWriter
from tests.connectors.binary_schema import binary_schema, field, struct, table, type_of, union
from tests.connectors.codec_of import sink_codec
from tests.connectors.schemas import EVERYTHING_BFBS, FOLDER

BYTE = type_of(BaseType.UBYTE)
INT = type_of(BaseType.INT)


def at(index: int) -> dict[str, Any]:
    return type_of(BaseType.OBJECT, index=index)


def one_field(kind: dict[str, Any]) -> bytes:
    return binary_schema(table("T", field("a", 4, kind)), struct("S", 1, field("x", 0, BYTE)))


def structs(*made: dict[str, Any]) -> bytes:
    return binary_schema(table("T"), *made)


def chain(count: int) -> bytes:
    inner = [struct(f"S{one}", 1, field("x", 0, at(one + 2))) for one in range(count - 1)]
    return structs(*inner, struct("Last", 1, field("x", 0, BYTE)))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (one_field(at(2)), "a type of an object or enum that is not there"),
        (one_field(at(-1)), "a type of an object or enum that is not there"),
        (one_field(type_of(BaseType.UBYTE, index=0)), "a type of an object or enum that is not"),
        (one_field(type_of(BaseType.UBYTE, index=-2)), "a type of an object or enum that is not"),
        (one_field(type_of(BaseType.NONE)), "a type NONE where it cannot be"),
        (one_field(type_of(BaseType.ARRAY, BaseType.INT)), "a type ARRAY where it cannot be"),
        (one_field(type_of(BaseType.VECTOR)), "a type NONE where it cannot be"),
        (one_field(type_of(BaseType.VECTOR, BaseType.VECTOR)), "a type NONE where it cannot be"),
        (one_field(type_of(BaseType.VECTOR, BaseType.OBJECT, index=9)), "that is not there"),
        (binary_schema(table("T", field("a", 2, INT))), "a field has an impossible place"),
        (binary_schema(table("T", field("a", 5, INT))), "a field has an impossible place"),
        (binary_schema(table("T", field("a", 65_534, INT))), "a field has an impossible place"),
        (binary_schema(table("T", field("a", 4, INT), field("b", 4, INT))), "no place for all"),
        (
            binary_schema(table("T", field("a", 4, at(1))), struct("S", 40_000)),
            "no place for all fields",
        ),
        (
            binary_schema(
                table("T", field("a", 6, type_of(BaseType.UNION, index=0))), enums=(union("U"),)
            ),
            "a union has no type before it",
        ),
        (binary_schema(table("T"), enums=(union("U", INT),)), "a member is no table, struct or"),
        (binary_schema(table("T"), enums=(union("U", at(7)),)), "that is not there"),
        (binary_schema(table("T"), identifier="ABC"), "the file identifier has not four bytes"),
        (binary_schema(struct("S", 1)), "the root is a struct"),
        (structs(struct("S", 4, field("a", 0, at(0)))), "there is a table in a struct"),
        (structs(struct("S", 4, field("a", 0, type_of(BaseType.STRING)))), "STRING in a struct"),
        (structs(struct("S", 4, field("a", 0, INT), field("b", 3, BYTE))), "impossible place"),
        (structs(struct("S", 4, field("a", 1, INT))), "the struct has an impossible size"),
        (structs(struct("S", 0)), "the struct has an impossible size"),
        (structs(struct("S", 70_000)), "the struct has an impossible size"),
        (structs(struct("S", 6, alignment=4)), "the struct has an impossible size"),
        (structs(struct("S", 6, alignment=3)), "the struct has an impossible size"),
        (structs(struct("S", 6, alignment=0)), "the struct has an impossible size"),
        (
            structs(struct("S", 4, field("a", 0, type_of(BaseType.ARRAY, BaseType.INT)))),
            "a field has an impossible place",
        ),
        (structs(struct("S", 1, field("a", 0, at(1)))), "S: structs are nested too deep"),
        (
            structs(struct("A", 1, field("a", 0, at(2))), struct("B", 1, field("b", 0, at(1)))),
            "A: structs are nested too deep",
        ),
        (chain(65), "structs are nested too deep"),
        (chain(5_000), "structs are nested too deep"),
    ],
)
def test_a_schema_that_no_compiler_writes_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(UnfitError, match=reason):
        read_binary_schema(content)


def test_structs_may_be_in_each_other_up_to_the_limit_of_depth() -> None:
    assert len(read_binary_schema(chain(64)).objects) == 65


def test_what_loads_of_a_damaged_schema_raises_nothing_for_any_record(tmp_path: Path) -> None:
    """As good as every byte of the schema matters to one of the fields of the payload."""
    whole = Path(EVERYTHING_BFBS).read_bytes()
    payload = (FOLDER / "everything.bin").read_bytes()
    sound = read_binary_schema(whole)
    assert sound.root is not None
    value = FlatBufferReader(sound, sound.root, checks_identifier=True).read(payload)
    file = tmp_path / "damaged.bfbs"
    dice = random.Random(3)
    loaded = 0
    for at_byte in range(0, len(whole), 3):
        damaged = bytearray(whole)
        damaged[at_byte] = dice.choice([0, 1, 2, 0x7F, 0xFF, dice.randrange(256)])
        file.write_bytes(damaged)
        try:
            schema, root = load_schema(file, (), "")
        except ConfigError:
            continue
        loaded += 1
        for work in (
            lambda made=(schema, root): FlatBufferReader(*made, checks_identifier=False).read(
                payload
            ),
            lambda made=(schema, root): FlatBufferWriter(*made, size_hint_bytes=1).write(value),
        ):
            try:
                work()
            except UnfitError:
                continue
    assert loaded > 100


def test_a_damaged_schema_is_told_with_its_file(tmp_path: Path) -> None:
    file = tmp_path / "damaged.bfbs"
    file.write_bytes(one_field(at(2)))

    with pytest.raises(ConfigError, match=r"damaged\.bfbs is no binary FlatBuffers schema: there"):
        sink_codec(Schema.FLAT_BUFFER, schema_path=str(file))
