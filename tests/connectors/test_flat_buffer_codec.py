import base64
import struct
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.model import Schema
from connectors import FatalError
from connectors.codecs.flat_buffer import FlatBufferOptions
from connectors.codecs.flat_buffer_schema import BaseType, Enum
from tests.connectors.binary_schema import binary_schema, enum, field, table, type_of
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec, source_codec
from tests.connectors.schemas import EVERYTHING_BFBS, FOLDER, USER_BFBS

ANN = {
    "id": 7,
    "name": "Ann",
    "active": True,
    "created_at": 0,
    "tags": ["a", "b"],
    "address": {"city": "Oslo"},
}


def ann() -> bytes:
    codec = source_codec(Schema.FLAT_BUFFER, schema_path=USER_BFBS)
    (payload,) = encoded(codec, Schema.JSON, ANN).values
    assert isinstance(payload, bytes)
    return payload


def test_tables_are_read_and_written_by_their_schema() -> None:
    column = decoded(sink_codec(Schema.FLAT_BUFFER, schema_path=USER_BFBS), ann())

    assert (column.kind, column.values) == (Schema.JSON, [ANN])


def test_what_the_compiler_wrote_is_read() -> None:
    """`flatc --binary` made the payload."""
    payload = (FOLDER / "everything.bin").read_bytes()
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)
    (value,) = decoded(codec, payload).values

    assert value["thing"] == {"name": "w", "damage": 7}
    assert value["thing_type"] == "Weapon"
    assert value["things"] == [{"x": 1.0, "y": 2.0}, "hello", {"value": 4}]
    assert value["cell"]["points"] == [{"x": 1.0, "y": 2.0}, {"x": 3.0, "y": 4.0}]
    assert value["color"] == "Blue"
    assert value["a_ulong"] == 2**64 - 1
    written = encoded(codec, Schema.JSON, value)
    assert decoded(codec, *written.values).values == [value]


def test_what_is_not_there_and_has_no_default_is_left_out() -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)
    (value,) = decoded(codec, *encoded(codec, Schema.JSON, {"name": ""}).values).values

    assert value["an_int"] == 0
    assert not {"thing", "thing_type", "things", "things_type", "maybe"} & value.keys()


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_vector_of_unions_has_as_many_types(count: int) -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)
    value = {"name": "", "things": ["a", "b"], "things_type": ["Name", "Name"]}
    (payload,) = encoded(codec, Schema.JSON, value).values
    types = b"\x04\x04"
    head, tail = payload.split(struct.pack("<I", 2) + types)
    damaged = head + struct.pack("<I", count) + types + tail

    assert decoded(codec, payload).values[0]["things"] == ["a", "b"]
    assert problem(decoded(codec, damaged)).endswith("a vector of unions has not as many types")


def test_a_codec_without_options_passes_bytes_and_one_with_a_schema_reads_json() -> None:
    passes = FlatBufferOptions().load({})
    reads = FlatBufferOptions().load({"schema_path": USER_BFBS})

    assert (passes.kind, reads.kind) == (Schema.FLAT_BUFFER, Schema.JSON)
    assert decoded(passes, b"1234", b"12").values == [b"1234"]
    assert decoded(reads, ann()).values == [ANN]
    assert encoded(reads, Schema.JSON, ANN).values == [ann()]


def test_without_a_schema_bytes_pass_both_ways() -> None:
    column = decoded(sink_codec(Schema.FLAT_BUFFER), b"\xff", b"")

    assert (column.kind, column.values) == (Schema.FLAT_BUFFER, [b"\xff", b""])
    assert encoded(source_codec(Schema.FLAT_BUFFER), Schema.FLAT_BUFFER, b"\xff").values == [
        b"\xff"
    ]


@pytest.mark.parametrize("kind", [Schema.JSON, Schema.TEXT, Schema.RAW, Schema.AVRO])
def test_without_a_schema_nothing_else_can_be_written(kind: Schema) -> None:
    with pytest.raises(FatalError, match="cannot be written with schema flat_buffer"):
        encoded(source_codec(Schema.FLAT_BUFFER), kind, {})
    with pytest.raises(FatalError, match="set schema_path"):
        encoded(source_codec(Schema.FLAT_BUFFER, verify_buffers=True), kind, {})


def test_without_a_schema_bytes_can_be_shown_in_json() -> None:
    codec = sink_codec(
        Schema.FLAT_BUFFER,
        extract_as_json=True,
        root_table_name="User",
        field_mappings={"buffer_size": "size"},
    )

    assert decoded(codec, b"12345").values == [
        {
            "size": 5,
            "has_root_table": True,
            "root_table_type": "User",
            "raw_data_base64": base64.b64encode(b"12345").decode(),
        }
    ]


def test_bytes_stay_bytes_where_that_is_asked_for() -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=USER_BFBS, extract_as_json=False)
    column = decoded(codec, b"1234", b"12", b"")

    assert column.values == [b"1234"]
    assert len(column.rejections) == 2


def test_short_buffers_are_taken_unless_they_are_verified() -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, extract_as_json=False, verify_buffers=False)

    assert decoded(codec, b"12", b"").values == [b"12"]


def test_another_file_identifier_rejects_its_row() -> None:
    payload = (FOLDER / "everything.bin").read_bytes()
    other = payload[:4] + b"ELSE" + payload[8:]
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)
    trusting = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS, verify_buffers=False)

    assert problem(decoded(codec, other)).endswith("it has another file identifier")
    assert decoded(trusting, other).values == decoded(codec, payload).values


def test_fields_are_renamed_after_reading_and_before_writing() -> None:
    reads = sink_codec(
        Schema.FLAT_BUFFER, schema_path=USER_BFBS, field_mappings={"id": "name", "name": "id"}
    )
    writes = source_codec(
        Schema.FLAT_BUFFER, schema_path=USER_BFBS, field_mappings={"user_id": "id"}
    )
    renamed = {"user_id" if name == "id" else name: value for name, value in ANN.items()}

    assert decoded(reads, ann()).values[0]["id"] == "Ann"
    assert encoded(writes, Schema.JSON, renamed).values == [ann()]


def test_texts_are_written_as_the_json_that_they_are() -> None:
    codec = source_codec(Schema.FLAT_BUFFER, schema_path=USER_BFBS)
    column = encoded(codec, Schema.TEXT, '{"id": 7}', "no json", "[1]")

    assert len(column.values) == 1
    reasons = [str(error).rpartition(": ")[2] for error in column.rejections.values()]
    assert reasons == ["it is not JSON", "must be an object"]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({}, "name: is required and missing"),
        ({"name": 5}, "name: must be a text"),
        ({"name": "", "an_int": 2**31}, "an_int: is too large for its type"),
        ({"name": "", "an_int": 1.5}, "an_int: must be a number of its type"),
        ({"name": "", "an_int": True}, "an_int: must be a number of its type"),
        ({"name": "", "a_bool": 1}, "a_bool: must be true or false"),
        ({"name": "", "color": "secret"}, "color: must be a number of its type, or a name"),
        ({"name": "", "points": [{"x": 1}]}, "points: y: must be a number"),
        ({"name": "", "cell": 5}, "cell: must be an object"),
        ({"name": "", "names": "a"}, "names: must be an array"),
        ({"name": "", "names": [5]}, "names: must be a text"),
        ({"name": "", "thing": {}}, "thing: needs the name of its type beside it"),
        ({"name": "", "thing": {}, "thing_type": "Thng"}, "thing_type: must be a number of"),
        ({"name": "", "things": [{}], "things_type": []}, "things: needs as many types"),
        ({"name": "", "a_float": 1e300}, "a_float: is too large for its type"),
        ({"name": "", "a_float": 10**400}, "a_float: is too large for its type"),
        ({"name": "", "a_double": -(10**400)}, "a_double: is too large for its type"),
        ({"name": "", "flags": "One Four"}, "flags: must be a number of its type, or a name"),
        ({"name": "", "flags": "One  Two"}, "flags: must be a number of its type, or a name"),
        ({"name": "", "color": "Red Green"}, "color: must be a number of its type, or a name"),
    ],
)
def test_what_does_not_fit_is_told_by_its_field(value: object, reason: str) -> None:
    codec = source_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)

    assert f"cannot be written as a FlatBuffer: {reason}" in problem(
        encoded(codec, Schema.JSON, value)
    )


@pytest.mark.parametrize(
    ("value", "number"), [("One", 1), ("One Two", 3), ("Three One", 5), ("One Two Three", 7)]
)
def test_flags_are_names_with_spaces_between(value: str, number: int) -> None:
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=EVERYTHING_BFBS)
    by_name, by_number = encoded(
        codec, Schema.JSON, {"name": "", "flags": value}, {"name": "", "flags": number}
    ).values

    assert by_name == by_number
    (read,) = decoded(codec, by_name).values
    assert {*read["flags"].split()} == {*value.split()}


@pytest.mark.parametrize(
    ("names", "number"),
    [
        ({1: "One", 2: "Two", 4: "Three"}, 9),
        ({1: "One", 2: "Two", 4: "Three"}, 0),
        ({1: "One", 2: "Two", 4: "Three"}, -1),
        ({1: "On", 2: "Off"}, 3),
        ({0: "None", 1: "One", 2: "Two", 4: "Three"}, 3),
    ],
)
def test_numbers_that_are_no_known_flags_stay_numbers(names: dict[int, str], number: int) -> None:
    assert Enum(name="E", names=names).named(number) == number


def test_the_highest_flag_of_64_bits_has_its_name(tmp_path: Path) -> None:
    """Binary schemas hold it as the negative number of the same bits."""
    flags = enum("Flags", BaseType.ULONG, Lo=1, Mid=2**32, Hi=-(2**63))
    root = table("Root", field("flags", 4, type_of(BaseType.ULONG, index=0)))
    path = tmp_path / "flags.bfbs"
    path.write_bytes(binary_schema(root, enums=(flags,)))
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=str(path))
    values = [{"flags": text} for text in ("Hi", "Lo Mid", "Lo Hi")]
    column = encoded(codec, Schema.JSON, *values, {"flags": 2**63})

    assert column.values[0] == column.values[3]
    assert decoded(codec, *column.values).values == [*values, values[0]]


def test_unknown_keys_and_nulls_are_left_out() -> None:
    codec = source_codec(Schema.FLAT_BUFFER, schema_path=USER_BFBS)

    assert (
        encoded(codec, Schema.JSON, {"id": 7, "more": 1, "name": None}).values
        == encoded(codec, Schema.JSON, {"id": 7}).values
    )


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"schema_path": "/not/there.bfbs"}, "Cannot read schema file: /not/there.bfbs"),
        ({"schema_path": __file__}, "is no binary FlatBuffers schema"),
        ({"schema_path": USER_BFBS, "root_table_name": "Usr"}, "has no table 'Usr'"),
        ({"schema_path": USER_BFBS, "verify_buffer": 1, "table_size_hint": 0}, "from 1 to"),
    ],
)
def test_a_wrong_schema_is_found_at_the_start(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        sink_codec(Schema.FLAT_BUFFER, **options)


def test_a_schema_in_source_form_needs_its_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    schema = str(FOLDER / "user.fbs")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"there is no flatc: install it, or give the binary"):
        sink_codec(Schema.FLAT_BUFFER, schema_path=schema)

    flatc = tmp_path / "flatc"
    flatc.write_text(f'#!/bin/sh\n/bin/cp "{USER_BFBS}" "$4/user.bfbs"\n')
    flatc.chmod(0o700)
    codec = sink_codec(Schema.FLAT_BUFFER, schema_path=schema)
    assert decoded(codec, ann()).values == [ANN]

    flatc.write_text("#!/bin/sh\necho error: line 5 >&2\nexit 1\n")
    with pytest.raises(ConfigError, match=r"cannot compile .*user\.fbs: error: line 5"):
        sink_codec(Schema.FLAT_BUFFER, schema_path=schema)
