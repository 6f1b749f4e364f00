"""The bytes are those that the reference's own libraries read and write."""

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from apache_iggy import HeaderKey, HeaderValue, UserHeaders
from hypothesis import given
from hypothesis import strategies as st

from config.model import Schema
from connectors.batch import Batch
from connectors.header_field import HeaderField, HeaderKind
from connectors.native.errors import PostcardError
from connectors.native.postcard import (
    decode_produced,
    encode_batch_facts,
    encode_messages,
    encode_topic,
)
from connectors.native.varint import read_varint, varint
from tests.connectors.messages import Message, batch, batch_of

VECTORS = json.loads(Path(__file__).with_name("postcard.json").read_text())


class VectorMessage:
    def __init__(self, record: dict[str, Any]) -> None:
        self._record = record

    def payload(self) -> bytes:
        return bytes.fromhex(self._record["payload"])

    def offset(self) -> int:
        return int(self._record["offset"])

    def timestamp(self) -> int:
        return int(self._record["timestamp"])

    def origin_timestamp(self) -> int:
        return int(self._record["origin_timestamp"])

    def id(self) -> int:
        return int(self._record["id"])

    def checksum(self) -> int:
        return int(self._record["checksum"])

    def user_headers(self) -> Mapping[object, object] | None:
        return {
            HeaderField(HeaderKind.STRING, name.encode()): HeaderField(
                HeaderKind[kind.upper()], bytes.fromhex(data)
            )
            for name, (kind, data) in self._record["headers"].items()
        }


@pytest.mark.parametrize("vector", VECTORS["consumed"], ids=range(len(VECTORS["consumed"])))
def test_a_batch_is_written_as_the_reference_reads_it(vector: dict[str, Any]) -> None:
    one = Batch(
        [VectorMessage(record) for record in vector["records"]],
        stream=vector["stream"],
        topic=vector["topic"],
        partition_id=vector["partition_id"],
        current_offset=vector["current_offset"],
        schema=Schema(vector["schema"]),
    )

    facts = encode_batch_facts(one.partition_id, one.current_offset, one.schema)

    assert encode_topic(one.stream, one.topic).hex() == vector["topic_metadata"]
    assert facts.hex() == vector["messages_metadata"]
    assert encode_messages(one).hex() == vector["messages"]


@pytest.mark.parametrize("vector", VECTORS["produced"], ids=range(len(VECTORS["produced"])))
def test_what_the_reference_produces_is_read(vector: dict[str, Any]) -> None:
    produced = decode_produced(bytes.fromhex(vector["bytes"]))

    assert [record.payload for record in produced.records] == [
        payload.encode() for payload in vector["payloads"]
    ]
    assert (produced.schema, produced.state) == (vector["schema"], bytes.fromhex(vector["state"]))


def test_headers_of_the_sdk_keep_their_types() -> None:
    headers = {
        HeaderKey.String("b"): HeaderValue.UnsignedInt16(300),
        HeaderKey.Int8(-1): HeaderValue.Float32(1.5),
        HeaderKey.String("a"): HeaderValue.Bool(value=True),
    }
    (typed,) = batch_of([Message(b"{}", headers=UserHeaders(headers))]).typed_headers

    assert typed == (
        (HeaderField(HeaderKind.STRING, b"a"), HeaderField(HeaderKind.BOOL, b"\1")),
        (HeaderField(HeaderKind.STRING, b"b"), HeaderField(HeaderKind.UINT16, b"\x2c\1")),
        (HeaderField(HeaderKind.INT8, b"\xff"), HeaderField(HeaderKind.FLOAT32, b"\0\0\xc0\x3f")),
    )


@given(st.integers(0, 2**128 - 1))
def test_numbers_are_read_as_they_were_written(number: int) -> None:
    assert read_varint(varint(number), 0, 128) == (number, len(varint(number)))


@pytest.mark.parametrize("data", ["", "80", "ff" * 10, "ffffffffff7f"])
def test_numbers_that_are_none_are_refused(data: str) -> None:
    with pytest.raises(PostcardError):
        read_varint(bytes.fromhex(data), 0, 32)


def test_everything_beside_the_payload_is_read_where_it_is_there() -> None:
    headers = bytes.fromhex("01 01 04") + b"YQ==" + bytes.fromhex("08 04") + b"yA=="
    data = b"\1\1" + b"\1\7" + b"\1\1" * 3 + b"\1" + headers + b"\2xy" + b"\0"

    (record,) = decode_produced(data).records

    assert (record.payload, record.id, record.headers) == (b"xy", 7, {"a": 200})


@given(st.binary(max_size=80))
def test_garbage_is_refused_and_nothing_else_happens(data: bytes) -> None:
    with contextlib.suppress(PostcardError):
        decode_produced(data)


@given(st.data())
def test_a_batch_that_ends_too_early_is_refused(data: st.DataObject) -> None:
    whole = bytes.fromhex(VECTORS["produced"][0]["bytes"])
    end = data.draw(st.integers(0, len(whole) - 1))

    with pytest.raises(PostcardError):
        decode_produced(whole[:end])


def test_records_that_were_rejected_are_not_written() -> None:
    one = batch(b"1", b"not JSON", b"3")
    _ = one.values

    assert encode_messages(one)[:2] == b"\0\2"
