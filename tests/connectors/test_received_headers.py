import pytest
from apache_iggy import HeaderKey, HeaderValue, UserHeaders

from connectors.message import plain_headers
from tests.connectors.messages import Message


class Unreadable(Message):
    def user_headers(self) -> None:
        raise ValueError("unknown header kind")


def test_typed_headers_become_plain_keys_and_values() -> None:
    headers = UserHeaders(
        {"trace": "abc", "retries": HeaderValue.Int8(2), HeaderKey.Raw(b"\x00"): b"\x01"}
    )

    assert plain_headers(Message(b"", headers=headers)) == {
        "trace": "abc",
        "retries": 2,
        b"\x00": b"\x01",
    }


def test_a_message_without_headers_has_an_empty_mapping() -> None:
    assert plain_headers(Message(b"")) == {}


def test_headers_that_cannot_be_read_count_as_none() -> None:
    assert plain_headers(Unreadable(b"")) == {}


def test_headers_that_fall_together_as_plain_ones_keep_their_types() -> None:
    headers = UserHeaders({HeaderKey.Int8(1): "a", HeaderKey.Int16(1): "b"})

    assert len(plain_headers(Message(b"", headers=headers))) == 2


def test_the_empty_headers_that_all_messages_share_cannot_be_changed() -> None:
    with pytest.raises(TypeError):
        plain_headers(Message(b""))["x"] = "y"  # type: ignore[index]
