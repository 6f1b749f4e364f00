"""Requests and replies as bytes."""

import struct

import pytest

from actors.iggy.assignment import Assignment
from actors.iggy.group_commands import (
    read_assignment,
    read_stored_offset,
    store_offset_request,
    stored_offset_request,
    sync_request,
)
from actors.iggy.group_topic import GroupTopic
from actors.iggy.identifier import encode_identifier, numeric_id

WHERE = GroupTopic(stream="st", topic="7", group="gr")
STREAM, TOPIC, GROUP = b"\2\2st", b"\1\4\7\0\0\0", b"\2\2gr"


def test_a_sync_names_stream_topic_and_group() -> None:
    assert sync_request(WHERE) == STREAM + TOPIC + GROUP


def test_an_offset_is_asked_for_by_group_and_partition() -> None:
    assert stored_offset_request(WHERE, 258) == b"\2" + GROUP + STREAM + TOPIC + b"\1\2\1\0\0"


def test_a_store_adds_the_offset_and_wants_an_acknowledgement() -> None:
    asked = stored_offset_request(WHERE, 0)
    assert store_offset_request(WHERE, 0, 513) == asked + b"\1\2\0\0\0\0\0\0\1"


def test_an_assignment_is_read() -> None:
    reply = struct.pack("<QIII", 2**40, 2, 4, 9)
    assert read_assignment(reply) == Assignment(generation=2**40, partitions=(4, 9))
    assert read_assignment(struct.pack("<QI", 1, 0)) == Assignment(generation=1, partitions=())


def test_a_stored_offset_is_read() -> None:
    assert read_stored_offset(struct.pack("<IQQ", 3, 100, 42)) == 42


def test_an_empty_reply_means_nothing_there() -> None:
    assert read_assignment(b"") is None
    assert read_stored_offset(b"") is None


@pytest.mark.parametrize("reply", [b"\0", bytes(11), struct.pack("<QI", 1, 2), bytes(13)])
def test_an_assignment_of_the_wrong_size_is_an_error(reply: bytes) -> None:
    with pytest.raises(ValueError, match="assignment"):
        read_assignment(reply)


@pytest.mark.parametrize("size_bytes", [1, 19, 21])
def test_a_stored_offset_of_the_wrong_size_is_an_error(size_bytes: int) -> None:
    with pytest.raises(ValueError, match="stored offset"):
        read_stored_offset(bytes(size_bytes))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("0", 0),
        ("007", 7),
        ("+7", 7),
        ("4294967295", 2**32 - 1),
        ("4294967296", None),
        ("-1", None),
        ("1_0", None),
        (" 1", None),
        ("1\n", None),
        ("٣", None),
        ("7s", None),
        ("", None),
        ("9" * 5000, None),
    ],
)
def test_digits_are_an_id_as_in_the_sdk(name: str, number: int | None) -> None:
    assert numeric_id(name) == number


@pytest.mark.parametrize("name", ["", "x" * 256, "ü" * 128])
def test_a_name_has_1_to_255_bytes(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 255 bytes"):
        encode_identifier(name)


def test_a_name_is_counted_in_bytes() -> None:
    assert encode_identifier("ü" * 127) == b"\2\xfe" + "ü".encode() * 127
