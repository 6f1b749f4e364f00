import json
from io import BytesIO
from pathlib import Path

import fastavro
import pytest

from config.errors import ConfigError
from config.model import Schema, SinkStream, SourceStream
from connectors import FatalError
from connectors.codecs import build_codec
from connectors.codecs.avro import AvroOptions
from tests.connectors.codec_of import decoded, encoded, problem, sink_codec, source_codec
from tests.connectors.schemas import USER_AVSC

ANN = {"id": 7, "name": "Ann", "email": None, "active": True}
ANN_BYTES = b"\x0e\x06Ann\x00\x01"


def schema_of(kind: object) -> str:
    fields = [{"name": "a", "type": kind}]
    return json.dumps({"type": "record", "name": "R", "fields": fields})


def written(kind: object, value: object) -> bytes:
    codec = source_codec(Schema.AVRO, schema_json=schema_of(kind))
    (payload,) = encoded(codec, Schema.JSON, {"a": value}).values
    assert isinstance(payload, bytes)
    return payload


def refused(kind: object, value: object) -> str:
    codec = source_codec(Schema.AVRO, schema_json=schema_of(kind))
    return problem(encoded(codec, Schema.JSON, {"a": value}))


def test_a_datum_is_read_as_an_object() -> None:
    column = decoded(sink_codec(Schema.AVRO, schema_path=USER_AVSC), ANN_BYTES)

    assert (column.kind, column.values) == (Schema.JSON, [ANN])


def test_the_schema_may_stand_in_the_keys_of_the_reference() -> None:
    text = Path(USER_AVSC).read_text()
    by_path = SinkStream(stream="s", topics=(), schema=Schema.AVRO, avro_schema_path=USER_AVSC)
    by_text = SinkStream(
        stream="s",
        topics=(),
        schema=Schema.AVRO,
        avro_schema_json=text,
        avro_schema_path="/not/there",
    )
    for stream in (by_path, by_text):
        assert decoded(build_codec(stream), ANN_BYTES).values == [ANN]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "it is empty"),
        (ANN_BYTES + b"\x00", "1 bytes are left over"),
        (ANN_BYTES[:-2], "it ends early or does not fit the schema"),
        (b"\x0e\x06\xff\xff\xff\x00\x01", "it ends early or does not fit the schema"),
        (b"\x0e\x06Ann\x06\x01", "it ends early or does not fit the schema"),
    ],
)
def test_what_is_no_datum_of_the_schema_rejects_its_row_only(payload: bytes, reason: str) -> None:
    column = decoded(sink_codec(Schema.AVRO, schema_path=USER_AVSC), ANN_BYTES, payload)

    assert column.values == [ANN]
    assert problem(column) == f"the payload is not Avro of this schema: {reason}"


def test_bytes_stay_bytes_where_that_is_asked_for() -> None:
    codec = sink_codec(Schema.AVRO, extract_as_json=False)
    column = decoded(codec, b"anything", b"")

    assert (column.kind, column.values) == (Schema.AVRO, [b"anything"])
    assert problem(column).endswith("it is empty")


def test_fields_are_renamed_after_reading_and_before_writing() -> None:
    names = {"id": "user_id", "name": "id"}
    reads = sink_codec(Schema.AVRO, schema_path=USER_AVSC, field_mappings=names)
    writes = source_codec(Schema.AVRO, schema_path=USER_AVSC, field_mappings={"user_id": "id"})

    assert decoded(reads, ANN_BYTES).values[0]["user_id"] == 7
    assert decoded(reads, ANN_BYTES).values[0]["id"] == "Ann"
    assert encoded(writes, Schema.JSON, {**ANN, "user_id": 7}).values == [ANN_BYTES]


def test_a_codec_without_options_reads_json_and_renames_nothing() -> None:
    reads = AvroOptions().load({"schema_path": USER_AVSC})
    passes = source_codec(Schema.AVRO)

    assert (reads.kind, passes.kind) == (Schema.JSON, Schema.AVRO)
    assert decoded(reads, ANN_BYTES).values == [ANN]
    assert encoded(reads, Schema.JSON, ANN).values == [ANN_BYTES]


def test_a_sink_without_a_schema_is_refused() -> None:
    with pytest.raises(ConfigError, match="Avro schema is required for JSON extraction"):
        sink_codec(Schema.AVRO)


def test_a_source_without_a_schema_passes_avro_and_refuses_json() -> None:
    codec = source_codec(Schema.AVRO)

    assert encoded(codec, Schema.AVRO, ANN_BYTES).values == [ANN_BYTES]
    with pytest.raises(FatalError, match="Avro schema is required for encoding"):
        encoded(codec, Schema.JSON, ANN)


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"schema_json": "{"}, "Invalid Avro schema JSON: "),
        ({"schema_json": '{"type": "strng"}'}, "Invalid Avro schema JSON: "),
        ({"schema_path": "/not/there.avsc"}, "Cannot read schema file: /not/there.avsc"),
        ({"schema_path": __file__}, "Invalid Avro schema file: "),
        ({"schema_jsn": "{}", "extract_as_json": 5}, "extract_as_json = 5: must be true or false"),
    ],
)
def test_a_wrong_schema_is_found_at_the_start(options: dict[str, object], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        sink_codec(Schema.AVRO, **options)


def test_bytes_of_avro_pass_and_others_have_to_fit() -> None:
    codec = source_codec(Schema.AVRO, schema_path=USER_AVSC)

    assert encoded(codec, Schema.AVRO, b"whatever").values == [b"whatever"]
    column = encoded(codec, Schema.RAW, ANN_BYTES, b"whatever")
    assert column.values == [ANN_BYTES]
    assert "cannot be written as Avro" in problem(column)
    with pytest.raises(FatalError, match="flat_buffer payloads cannot be written"):
        encoded(codec, Schema.FLAT_BUFFER, b"1234")


def test_texts_are_written_as_the_json_that_they_are() -> None:
    codec = source_codec(Schema.AVRO, schema_path=USER_AVSC)
    column = encoded(codec, Schema.TEXT, json.dumps(ANN), "no json")

    assert column.values == [ANN_BYTES]
    assert problem(column) == "the payload cannot be written as Avro: it is not JSON"


def test_missing_fields_take_their_default_and_others_are_left_out() -> None:
    codec = source_codec(Schema.AVRO, schema_path=USER_AVSC)
    column = encoded(codec, Schema.JSON, {"id": 7, "name": "Ann", "more": 1}, {"id": 7})

    assert column.values == [ANN_BYTES]
    assert problem(column).endswith("name: must be a text")


def test_a_default_of_bytes_is_the_code_points_of_its_text() -> None:
    fields = [{"name": "a", "type": "bytes", "default": "\u00ff"}]
    schema = json.dumps({"type": "record", "name": "R", "fields": fields})

    assert encoded(source_codec(Schema.AVRO, schema_json=schema), Schema.JSON, {}).values == [
        b"\x02\xff"
    ]


@pytest.mark.parametrize(
    ("kind", "value", "payload"),
    [
        (["null", "string"], "x", b"\x02\x02x"),
        (["null", "int"], 5, b"\x02\x0a"),
        (["null", "int"], None, b"\x00"),
        (["long", "string", "double"], 1.5, b"\x04\x00\x00\x00\x00\x00\x00\xf8?"),
        (["bytes", "string"], "x", b"\x00\x02x"),
        (["float", "double"], 1.5, b"\x00\x00\x00\xc0?"),
        ("bytes", "ä", "\x04ä".encode()),
        ("bytes", [0, 255], b"\x04\x00\xff"),
        ("double", 2, b"\x00\x00\x00\x00\x00\x00\x00@"),
        ({"type": "int", "logicalType": "date"}, 3, b"\x06"),
        ({"type": "fixed", "name": "F", "size": 2}, [1, 2], b"\x01\x02"),
        ({"type": "enum", "name": "E", "symbols": ["A", "B"]}, "B", b"\x02"),
    ],
)
def test_json_is_written_by_the_first_branch_that_fits(
    kind: object, value: object, payload: bytes
) -> None:
    assert written(kind, value) == payload


def test_a_union_takes_its_first_record_that_fits_and_not_the_fullest() -> None:
    few = {"type": "record", "name": "Few", "fields": [{"name": "a", "type": "int"}]}
    more = {**few, "name": "More", "fields": [*few["fields"], {"name": "b", "type": "int"}]}

    assert written([few, more], {"a": 1, "b": 2}) == b"\x00\x02"
    assert written([{"type": "map", "values": "int"}, few], {"a": 1}) == b"\x00\x02\x02a\x02\x00"


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": {"type": "string"}}, "x"),
        ({"type": {"type": {"type": "int", "logicalType": "date"}, "doc": "a day"}}, 5),
        ({"type": ["null", "string"]}, "x"),
        ({"type": {"type": "array", "items": {"type": {"type": "int"}}}}, [1]),
        ({"type": {"type": "map", "values": {"type": {"type": "bytes"}}}}, {"a": [1]}),
        ([{"type": {"type": "enum", "name": "E", "symbols": ["A"]}}, "null"], "A"),
        ({"type": json.loads(schema_of({"type": {"type": "string"}}))}, {"a": "x"}),
    ],
)
def test_a_schema_may_stand_as_the_type_of_another(schema: object, value: object) -> None:
    codec = sink_codec(Schema.AVRO, schema_json=json.dumps(schema))
    column = encoded(codec, Schema.JSON, value)

    assert decoded(codec, *column.values).values == [value]


@pytest.mark.parametrize("field", [5, {"name": "a"}, {"type": "int"}, {"name": "a", "type": 5}])
def test_a_field_that_is_none_is_found_at_the_start(field: object) -> None:
    schema = json.dumps({"type": "record", "name": "R", "fields": [field]})
    with pytest.raises(ConfigError, match="Invalid Avro schema JSON: "):
        sink_codec(Schema.AVRO, schema_json=schema)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("int", 2**31, "must be a whole number of 32 bits"),
        ("int", 1.0, "must be a whole number of 32 bits"),
        ("int", True, "must be a whole number of 32 bits"),
        ("long", -(2**63) - 1, "must be a whole number of 64 bits"),
        ("float", 1e300, "must be a number of 32 bits"),
        ("float", 10**400, "must be a number of 64 bits"),
        ("double", 10**400, "must be a number of 64 bits"),
        ("bytes", "\ud800", "must be Unicode text"),
        ("bytes", [300], "must hold numbers from 0 to 255"),
        ("bytes", 5, "must be a text or an array of bytes"),
        ("string", 5, "must be a text"),
        ("boolean", 1, "must be true or false"),
        ("null", 0, "must be null"),
        (["null", "string"], 5, "fits no branch of its union"),
        ({"type": "fixed", "name": "F", "size": 2}, [1], "must have 2 bytes"),
        ({"type": "enum", "name": "E", "symbols": ["A"]}, "secret", "must be one of its symbols"),
        ({"type": "array", "items": "int"}, {}, "must be an array"),
        ({"type": "map", "values": "int"}, [], "must be an object"),
    ],
)
def test_what_does_not_fit_is_told_by_the_field(kind: object, value: object, reason: str) -> None:
    assert refused(kind, value).startswith("the payload cannot be written as Avro: ")
    assert refused(kind, value).endswith(reason)


def test_bytes_are_arrays_of_numbers_and_dates_plain_numbers() -> None:
    kind = {"type": "bytes", "logicalType": "decimal", "precision": 4, "scale": 2}
    codec = sink_codec(Schema.AVRO, schema_json=schema_of(kind))
    assert decoded(codec, b"\x04\x01\xff").values == [{"a": [1, 255]}]

    codec = sink_codec(Schema.AVRO, schema_json='{"type": "int", "logicalType": "date"}')
    assert decoded(codec, b"\x06").values == [3]


def test_a_number_that_is_not_finite_rejects_its_row() -> None:
    codec = sink_codec(Schema.AVRO, schema_json='"double"')

    assert "is not finite" in problem(decoded(codec, b"\x00\x00\x00\x00\x00\x00\xf8\x7f"))


def test_the_library_reads_what_is_written() -> None:
    codec = source_codec(Schema.AVRO, schema_path=USER_AVSC)
    (payload,) = encoded(codec, Schema.JSON, {"id": 1, "name": "x", "email": "y"}).values
    schema = fastavro.parse_schema(json.loads(Path(USER_AVSC).read_text()))
    assert fastavro.schemaless_reader(BytesIO(payload), schema, None) == {
        "id": 1,
        "name": "x",
        "email": "y",
        "active": True,
    }


def test_codec_options_of_a_schema_that_has_none_are_refused() -> None:
    stream = SourceStream(stream="s", topic="t", schema=Schema.JSON, codec={"a": 1})
    with pytest.raises(ConfigError, match="schema json has no codec options"):
        build_codec(stream)
