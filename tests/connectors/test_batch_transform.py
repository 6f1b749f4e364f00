from config.model import Schema
from connectors import RecordError
from connectors.column import Column
from connectors.transforms import TransformChain
from tests.connectors.messages import FIRST_OFFSET, batch, batch_of, chain, messages, transform

ADD = transform("add_fields", fields=[{"key": "k", "value": {"static": 1}}])


class DropOdd:
    """Filters what is odd, and gives up what is no number."""

    def apply(self, column: Column) -> None:
        for position, value in enumerate(column.values):
            if not isinstance(value, int):
                column.reject(position, RecordError("no number"))
            elif value % 2:
                column.filter(position)


class Double:
    def apply(self, column: Column) -> None:
        column.values = [value * 2 for value in column.values]
        column.changed = True


def test_an_empty_chain_decodes_nothing() -> None:
    wrapped = batch(b"not json")
    wrapped.transform(chain())

    assert wrapped.payloads == [b"not json"]


def test_payloads_are_written_anew_where_a_transform_changed_something() -> None:
    received = messages(b'{ "a": 1 }', b"[1, 2]")
    wrapped = batch_of(received)
    wrapped.transform(chain(ADD))

    assert wrapped.values == [{"a": 1, "k": 1}, [1, 2]]
    assert wrapped.payloads == [b'{"a":1,"k":1}', b"[1,2]"]
    assert [message.copies for message in received] == [1, 1]


def test_payloads_stay_byte_for_byte_where_nothing_was_changed() -> None:
    wrapped = batch(b'{ "a": 1 }')
    wrapped.transform(chain(transform("delete_fields", fields=["b"])))

    assert wrapped.payloads == [b'{ "a": 1 }']


def test_field_transforms_leave_raw_and_text_alone() -> None:
    for schema in (Schema.RAW, Schema.TEXT):
        wrapped = batch(b'{"a": 1}', schema=schema)
        wrapped.transform(chain(ADD))

        assert wrapped.payloads == [b'{"a": 1}']


def test_records_that_do_not_decode_are_rejected_before_the_transforms() -> None:
    wrapped = batch(b"{", b'{"a":1}')
    wrapped.transform(chain(ADD))

    assert wrapped.payloads == [b'{"a":1,"k":1}']
    assert [rejection.offset for rejection in wrapped.outcome.rejections] == [FIRST_OFFSET]


def test_filtered_and_rejected_rows_leave_all_columns_and_the_next_transform() -> None:
    wrapped = batch(b"1", b"2", b'"x"', b"4")
    wrapped.transform(TransformChain([DropOdd(), Double()]))

    assert wrapped.values == [4, 8]
    assert wrapped.payloads == [b"4", b"8"]
    assert wrapped.offsets == [FIRST_OFFSET + 1, FIRST_OFFSET + 3]
    assert [record.offset for record in wrapped] == wrapped.offsets
    assert wrapped.outcome.filtered == 1
    assert [rejection.offset for rejection in wrapped.outcome.rejections] == [FIRST_OFFSET + 2]


def test_a_fresh_batch_of_the_same_messages_forgets_what_was_rejected() -> None:
    received = messages(b'{"a":1}')
    first = batch_of(received)
    first.transform(chain(ADD))
    first.reject(FIRST_OFFSET, "no")
    again = batch_of(received)
    again.transform(chain(ADD))

    assert again.outcome.rejections == ()
    assert again.payloads == [b'{"a":1,"k":1}']


def test_a_plugin_that_changes_a_record_does_not_change_the_received_bytes() -> None:
    wrapped = batch(b'{"a":1}')
    for record in wrapped:
        record.payload["a"] = 2

    assert wrapped.payloads == [b'{"a":1}']
