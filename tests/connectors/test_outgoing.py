from typing import Any

import pytest

from config.model import Schema
from connectors import FatalError, Produced, ProducedRecord
from connectors.outgoing import Outgoing, encode_produced
from connectors.sendable import MAX_PAYLOAD_BYTES
from connectors.transforms import TransformChain
from tests.connectors.messages import chain, transform

ADD = transform("add_fields", fields=[{"key": "k", "value": {"static": 1}}])


def encode(
    *payloads: object,
    produced: Schema | str = Schema.JSON,
    stream: Schema = Schema.JSON,
    through: TransformChain | None = None,
) -> Outgoing:
    records = [ProducedRecord(payload) for payload in payloads]
    made = Produced(records, schema=produced)
    return encode_produced(made, schema=stream, chain=through or TransformChain())


def errors(outgoing: Outgoing) -> dict[int, str]:
    return {rejection.index: str(rejection.error) for rejection in outgoing.rejections}


def test_bytes_that_need_no_change_stay_as_they_are() -> None:
    assert encode(b'{ "a": 1 }', b'"\xc3\xa4"').payloads == ['{ "a": 1 }', '"ä"']
    assert encode("grün".encode(), produced="text", stream=Schema.TEXT).payloads == ["grün"]


@pytest.mark.parametrize("payload", [b"{bad", b"\xff", b'"\xff"', b"NaN"])
def test_bytes_that_are_not_json_are_rejected_where_json_is_due(payload: bytes) -> None:
    outgoing = encode(b"1", payload, {"a": 1})

    assert outgoing.payloads == ["1", '{"a":1}']
    assert errors(outgoing)[1].startswith("the payload is not JSON: ")


def test_bytes_that_are_not_utf8_are_rejected_where_text_is_due() -> None:
    outgoing = encode(b"fine", b"no\xff", "text", produced="text", stream=Schema.TEXT)

    assert outgoing.payloads == ["fine", "text"]
    assert errors(outgoing) == {1: "the payload is not UTF-8 text: at byte 2"}


def test_raw_payloads_stay_bytes() -> None:
    raw = Schema.RAW
    assert encode(b"abc", produced=raw, stream=raw).payloads == [b"abc"]


def test_values_are_written_in_the_produced_schema() -> None:
    assert encode({"a": "ä"}, "text", None, 5, float("nan")).payloads == [
        '{"a":"ä"}',
        '"text"',
        "null",
        "5",
        "null",
    ]
    assert encode("hi", produced="text", stream=Schema.TEXT).payloads == ["hi"]


def test_values_and_bytes_may_be_mixed() -> None:
    assert encode(b"1", 2, b"3", [4]).payloads == ["1", "2", "3", "[4]"]


@pytest.mark.parametrize("through", [None, chain(ADD)])
def test_payloads_of_a_subclass_of_bytes_are_taken_as_written(
    through: TransformChain | None,
) -> None:
    class Written(bytes):
        def __bytes__(self) -> bytes:
            raise ArithmeticError

    outgoing = encode(Written(b"1"), 2, Written(b"{"), b"3", through=through)

    assert outgoing.payloads == ["1", "2", "3"]
    assert errors(outgoing)[2].startswith("the payload is not JSON: ")


@pytest.mark.parametrize(
    ("produced", "stream", "payload", "sent"),
    [
        ("json", Schema.TEXT, b'{ "a": 1 }', '{"a":1}'),
        ("text", Schema.JSON, b"hi", '"hi"'),
        ("text", Schema.JSON, "hi", '"hi"'),
    ],
)
def test_payloads_are_encoded_in_the_schema_of_the_stream(
    produced: str, stream: Schema, payload: object, sent: str
) -> None:
    assert encode(payload, produced=produced, stream=stream).payloads == [sent]


def test_transforms_change_what_is_sent_and_not_what_the_source_holds() -> None:
    mine = {"a": [1]}
    outgoing = encode(mine, b'{"b":2}', through=chain(ADD))

    assert outgoing.payloads == ['{"a":[1],"k":1}', '{"b":2,"k":1}']
    assert mine == {"a": [1]}


def test_transforms_see_values_as_json_does() -> None:
    only_lists = transform("filter_fields", patterns=[{"value_pattern": "is_array"}])

    assert encode({"a": (1, 2), "b": float("inf")}, through=chain(only_lists)).payloads == [
        '{"a":[1,2]}'
    ]


def test_a_record_that_does_not_decode_for_the_transforms_is_rejected() -> None:
    outgoing = encode(b"{", b"{}", through=chain(ADD))

    assert outgoing.payloads == ['{"k":1}']
    assert "not JSON" in errors(outgoing)[0]


def test_filtered_records_are_counted() -> None:
    class Drop:
        def apply(self, column: Any) -> None:
            column.filter(1)

    outgoing = encode(1, 2, 3, through=TransformChain([Drop()]))

    assert (outgoing.payloads, outgoing.filtered) == (["1", "3"], 1)


@pytest.mark.parametrize(
    ("payload", "schema", "problem"),
    [
        ({1: 2}, Schema.JSON, "Dict key must be str"),
        ({"a": {1}}, Schema.JSON, "set"),
        (2**64, Schema.JSON, "64-bit"),
        ("\ud800", Schema.JSON, "surrogates"),
        (5, Schema.TEXT, "cannot be written as UTF-8: it is of type int"),
        ("no\ud800", Schema.TEXT, "cannot be written as UTF-8: at character 2"),
        ("text", Schema.RAW, "it is of type str"),
        (b"", Schema.JSON, "0 bytes: Iggy takes 1 to 64000000"),
        (b"", Schema.RAW, "0 bytes"),
        ("", Schema.TEXT, "0 bytes"),
    ],
)
def test_a_payload_that_cannot_be_sent_is_rejected_by_its_index(
    payload: object, schema: Schema, problem: str
) -> None:
    outgoing = encode(b"1", payload, b"3", produced=schema, stream=schema)

    assert len(outgoing.payloads) == len(outgoing.ids) == 2
    assert list(errors(outgoing)) == [1]
    assert problem in errors(outgoing)[1]


def test_a_payload_beyond_the_limit_is_rejected() -> None:
    at_limit, beyond = bytes(MAX_PAYLOAD_BYTES), bytes(MAX_PAYLOAD_BYTES + 1)
    outgoing = encode(beyond, at_limit, produced="raw", stream=Schema.RAW)

    assert len(outgoing.payloads) == 1
    assert list(errors(outgoing)) == [0]


def test_columns_hold_what_belongs_to_the_records_that_are_left() -> None:
    records = [
        ProducedRecord(b"1", id=7, key="a"),
        ProducedRecord(b"", id=8, headers={"lost": "yes"}, partition=5),
        ProducedRecord(b"3", headers={"kept": 1.5}, partition=0),
        ProducedRecord(b"4", id=0, key=b"\xff"),
    ]
    outgoing = encode_produced(Produced(records), schema=Schema.JSON, chain=TransformChain())

    assert outgoing.payloads == ["1", "3", "4"]
    assert outgoing.ids == [7, None, None]
    assert outgoing.headers == [None, {"kept": 1.5}, None]
    assert outgoing.keys == ["a", None, b"\xff"]
    assert outgoing.partitions == [None, 0, None]


def test_rejections_are_in_the_order_of_the_records() -> None:
    records = [ProducedRecord(b""), ProducedRecord(b"1", id=-1), ProducedRecord({1: 1})]
    outgoing = encode_produced(Produced(records), schema=Schema.JSON, chain=TransformChain())

    assert list(errors(outgoing)) == [0, 1, 2]
    assert outgoing.payloads == []


def test_nothing_produced_is_nothing_to_send() -> None:
    assert encode().payloads == []


@pytest.mark.parametrize(
    ("produced", "problem"),
    [
        ([ProducedRecord(b"1")], "poll returned of type list: return a Produced, or None"),
        (Produced(5), "records in Produced are of type int"),  # type: ignore[arg-type]
        (Produced([ProducedRecord(b"1"), (b"2",)]), "record 1 in Produced is of type tuple"),  # type: ignore[list-item]
        (Produced([], state={"a": 1}), "state in Produced is of type dict"),  # type: ignore[arg-type]
        (Produced([], schema="jsn"), "schema in Produced is 'jsn': give one of json, raw"),
    ],
)
def test_what_is_not_produced_by_the_rules_is_fatal(produced: Any, problem: str) -> None:
    with pytest.raises(FatalError, match=problem):
        encode_produced(produced, schema=Schema.JSON, chain=TransformChain())


def test_a_schema_that_cannot_hold_what_is_produced_is_fatal() -> None:
    with pytest.raises(FatalError, match="raw payloads cannot be written with schema json"):
        encode(b"1", produced="raw", stream=Schema.JSON)
