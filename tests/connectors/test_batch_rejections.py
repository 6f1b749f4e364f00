import pytest

from config.model import Schema
from connectors import RecordError
from tests.connectors.messages import FIRST_OFFSET, batch, chain, transform


def test_records_that_do_not_decode_are_rejected_and_left_out_of_every_column() -> None:
    wrapped = batch(b"1", b"{", b"3")
    offsets, payloads = wrapped.offsets, wrapped.payloads

    assert wrapped.values == [1, 3]
    assert offsets == [FIRST_OFFSET, FIRST_OFFSET + 2]
    assert payloads == wrapped.payloads == [b"1", b"3"]
    assert wrapped.ids == [2**127 + FIRST_OFFSET, 2**127 + FIRST_OFFSET + 2]
    assert [record.offset for record in wrapped] == offsets
    assert len(wrapped) == 2
    (rejection,) = wrapped.outcome.rejections
    assert rejection.offset == FIRST_OFFSET + 1
    assert "not JSON" in str(rejection.error)


def test_columns_zipped_while_decoding_stay_aligned() -> None:
    wrapped = batch(b"{", b"2", b"3")

    assert list(zip(wrapped.offsets, wrapped.values, strict=True)) == [
        (FIRST_OFFSET + 1, 2),
        (FIRST_OFFSET + 2, 3),
    ]


def test_a_rejected_record_is_in_the_outcome() -> None:
    wrapped = batch(b"1", b"2")
    for record in wrapped:
        if record.payload == 2:
            wrapped.reject(record, RecordError("no room"))

    (rejection,) = wrapped.outcome.rejections
    assert (rejection.offset, str(rejection.error)) == (FIRST_OFFSET + 1, "no room")


def test_rejections_are_in_the_order_of_the_offsets() -> None:
    wrapped = batch(b"1", b"2", b"3")
    wrapped.reject(FIRST_OFFSET + 2, "late")
    wrapped.reject(FIRST_OFFSET, "early")

    assert [rejection.offset - FIRST_OFFSET for rejection in wrapped.outcome.rejections] == [0, 2]


@pytest.mark.parametrize("error", ["too long", ValueError("too long")])
def test_any_error_or_text_can_say_why(error: Exception | str) -> None:
    wrapped = batch(b"1")
    wrapped.reject(FIRST_OFFSET, error)

    (rejection,) = wrapped.outcome.rejections
    assert isinstance(rejection.error, RecordError)
    assert str(rejection.error) == "too long"


def test_an_error_without_text_is_named_by_its_type() -> None:
    wrapped = batch(b"1")
    wrapped.reject(FIRST_OFFSET, KeyError())

    assert str(wrapped.outcome.rejections[0].error) == "KeyError"


def test_a_record_that_is_rejected_twice_keeps_its_first_error() -> None:
    wrapped = batch(b"1")
    wrapped.reject(FIRST_OFFSET, "first")
    wrapped.reject(FIRST_OFFSET, "second")

    assert [str(rejection.error) for rejection in wrapped.outcome.rejections] == ["first"]


@pytest.mark.parametrize("offset", [FIRST_OFFSET - 1, FIRST_OFFSET + 2])
def test_an_offset_of_no_record_here_cannot_be_rejected(offset: int) -> None:
    wrapped = batch(b"1", b"2")

    with pytest.raises(ValueError, match=rf"offset {offset} is no record of Batch\(shop/orders"):
        wrapped.reject(offset, "no")
    assert wrapped.outcome.rejections == ()


def test_a_payload_is_no_record() -> None:
    wrapped = batch(b'{"password":"hunter2"}')

    with pytest.raises(ValueError, match="a dict is no record of") as caught:
        wrapped.reject(wrapped.values[0], "no")
    assert "hunter2" not in str(caught.value)


def test_a_record_of_another_batch_cannot_be_rejected() -> None:
    (record,) = batch(b"1")
    retried = batch(b"1")

    with pytest.raises(ValueError, match="takes a record that this batch yielded"):
        retried.reject(record, "no")


def test_a_record_that_a_transform_left_unwritable_is_rejected_when_payloads_are_read() -> None:
    deep = b'{"a":' + b"[" * 300 + b"]" * 300 + b"}"
    wrapped = batch(b'{"a":1}', deep, b'{"a":3}')
    wrapped.transform(chain(transform("add_fields", fields=[_added("k", "v")])))

    assert len(wrapped.values) == 3
    assert wrapped.payloads == [b'{"a":1,"k":"v"}', b'{"a":3,"k":"v"}']
    assert len(wrapped.values) == len(wrapped) == 2
    (rejection,) = wrapped.outcome.rejections
    assert rejection.offset == FIRST_OFFSET + 1
    wrapped.reject(FIRST_OFFSET + 1, "the plugin saw it before")


def test_text_that_is_not_utf8_is_rejected() -> None:
    wrapped = batch(b"fine", b"\xff", schema=Schema.TEXT)

    assert wrapped.values == ["fine"]
    assert "not UTF-8" in str(wrapped.outcome.rejections[0].error)


def _added(key: str, value: object) -> dict[str, object]:
    return {"key": key, "value": {"static": value}}
