import pytest

from config.model import Schema
from tests.connectors.messages import FIRST_OFFSET, Message, batch, batch_of, messages


def test_payloads_are_the_bytes_as_received_and_copied_once_each() -> None:
    received = messages(b'{"a": 1}', b"not json")
    wrapped = batch_of(received)

    assert wrapped.payloads == [b'{"a": 1}', b"not json"]
    assert wrapped.payloads is wrapped.payloads
    assert [message.copies for message in received] == [1, 1]


def test_reading_payloads_decodes_nothing() -> None:
    wrapped = batch(b"not json")

    assert wrapped.payloads == [b"not json"]
    assert wrapped.outcome.rejections == ()


def test_values_copy_each_payload_once_too() -> None:
    received = messages(b"[1]", b"[2]")
    wrapped = batch_of(received)

    assert wrapped.values == [[1], [2]]
    assert [record.payload for record in wrapped] == [[1], [2]]
    assert wrapped.payloads == [b"[1]", b"[2]"]
    assert [message.copies for message in received] == [1, 1]


@pytest.mark.parametrize(
    ("schema", "value"),
    [(Schema.JSON, {"a": 1}), (Schema.TEXT, '{"a": 1}'), (Schema.RAW, b'{"a": 1}')],
)
def test_values_are_what_the_schema_says(schema: Schema, value: object) -> None:
    assert batch(b'{"a": 1}', schema=schema).values == [value]


def test_a_batch_tells_where_its_messages_come_from() -> None:
    wrapped = batch(b"1", b"2")

    assert (wrapped.stream, wrapped.topic) == ("shop", "orders")
    assert (wrapped.partition_id, wrapped.current_offset) == (3, 999)
    assert wrapped.schema is Schema.JSON
    assert len(wrapped) == 2


def test_every_column_has_one_entry_per_message() -> None:
    wrapped = batch_of([Message(b"1", 5), Message(b"2", 6, {"trace": "abc"})])

    assert wrapped.offsets == [5, 6]
    assert wrapped.ids == [2**127 + 5, 2**127 + 6]
    assert wrapped.checksums == [2**63 + 5, 2**63 + 6]
    assert wrapped.timestamps == [1_005, 1_006]
    assert wrapped.origin_timestamps == [2_005, 2_006]
    assert wrapped.headers == [{}, {"trace": "abc"}]


def test_records_show_what_the_columns_hold() -> None:
    (record,) = batch_of([Message(b'{"a": 1}', 7, {"trace": "abc"})])

    assert record.payload == {"a": 1}
    assert (record.offset, record.id, record.checksum) == (7, 2**127 + 7, 2**63 + 7)
    assert (record.timestamp, record.origin_timestamp) == (1_007, 2_007)
    assert record.headers == {"trace": "abc"}


def test_a_record_does_not_show_its_payload_in_logs() -> None:
    (record,) = batch(b'"a password"')

    assert repr(record) == f"Record(offset={FIRST_OFFSET})"


def test_a_batch_can_be_iterated_again() -> None:
    wrapped = batch(b"1", b"2")

    assert [record.payload for record in wrapped] == [record.payload for record in wrapped]


def test_an_empty_batch_has_empty_columns() -> None:
    wrapped = batch()

    assert (len(wrapped), wrapped.values, wrapped.payloads, list(wrapped)) == (0, [], [], [])


def test_the_bytes_of_a_format_without_its_schema_are_the_values() -> None:
    wrapped = batch(b"\x02", schema=Schema.AVRO)

    assert wrapped.schema is Schema.AVRO
    assert wrapped.values == wrapped.payloads == [b"\x02"]
