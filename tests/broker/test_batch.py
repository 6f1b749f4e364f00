"""Batches: what is let in, and how one is cut."""

import struct

import pytest

from broker.wire.batch import BadBatchError, check, cut, frames_end, read_header, stamp
from tests.support.raw_iggy import messages_batch

# Sent by the SDK: messages (id 0x0102, "hello", header k=v) and (id 3, bytes 00 ff).
FROM_THE_SDK = (
    bytes(24)
    + struct.pack("<QQQI", 1795471065677093, 371, 5973233467528254071, 2)
    + bytes(204)
    + bytes.fromhex(
        "c821a487f315255d 02010000000000000000000000000000 00000000 00000000 0c000000 05000000"
        "0000000000000000 68656c6c6f 02 01000000 6b 02 01000000 76"
        "1f3e5e730b9a1e9c 03000000000000000000000000000000 01000000 06000000 00000000 02000000"
        "0000000000000000 00ff"
    )
)


def _batch(*payloads: bytes) -> memoryview:
    return memoryview(bytearray(messages_batch(list(payloads))))


def _broken(at: int, value: bytes) -> memoryview:
    batch = _batch(b"one", b"two")
    batch[at : at + len(value)] = value
    return batch


def test_a_batch_of_the_sdk_is_let_in() -> None:
    assert check(memoryview(FROM_THE_SDK)) == 2


@pytest.mark.parametrize(
    "batch",
    [
        pytest.param(memoryview(b""), id="empty"),
        pytest.param(memoryview(bytes(256)), id="zeros"),
        pytest.param(_broken(48, struct.pack("<I", 0)), id="no messages"),
        pytest.param(_broken(48, struct.pack("<I", 1)), id="fewer messages than frames"),
        pytest.param(_broken(48, struct.pack("<I", 3)), id="more messages than frames"),
        pytest.param(_broken(32, struct.pack("<Q", 255)), id="shorter than it is"),
        pytest.param(_broken(255, b"\1"), id="reserved byte of the header"),
        pytest.param(_broken(256 + 40, b"\1"), id="reserved byte of a frame"),
        pytest.param(_broken(256 + 24, b"\1"), id="wrong offset delta"),
        pytest.param(_broken(256 + 36, struct.pack("<I", 0)), id="empty payload"),
        pytest.param(_broken(256 + 36, struct.pack("<I", 2**32 - 1)), id="endless payload"),
        pytest.param(_broken(256 + 32, struct.pack("<I", 7)), id="headers beyond the end"),
        pytest.param(memoryview(messages_batch([b"one"]) + b"!"), id="bytes behind the end"),
    ],
)
def test_what_a_client_could_not_read_is_not_let_in(batch: memoryview) -> None:
    with pytest.raises(BadBatchError):
        check(batch)


def test_stamping_changes_three_fields_only() -> None:
    batch = _batch(b"one", b"two")
    before = bytes(batch)
    stamp(batch, 7, 100, 123)
    assert struct.unpack_from("<QQQ", batch) == (7, 100, 123)
    assert batch[24:] == before[24:]


def test_a_cut_keeps_offsets_and_frames() -> None:
    batch = _batch(b"one", b"second", b"3", b"four")
    stamp(batch, 0, 50, 1)
    copy, taken = cut(batch, skip=1, take=2, size_bytes=10_000)
    header = read_header(memoryview(copy))
    assert taken == header.message_count == 2
    assert header.base_offset == 50
    assert header.size_bytes == len(copy)
    assert copy[256:] == bytes(batch[256 + 51 : 256 + 51 + 54 + 49])


def test_a_cut_stays_within_its_size_but_has_one_message() -> None:
    batch = _batch(b"x" * 100, b"y" * 100)
    copy, taken = cut(batch, skip=0, take=2, size_bytes=10)
    assert taken == 1
    assert copy.endswith(b"x" * 100)


def test_a_cut_of_a_batch_that_ends_early_has_whole_frames_only() -> None:
    batch = _batch(b"one", b"two", b"three")
    copy, taken = cut(batch[:-1], skip=0, take=3, size_bytes=10_000)
    assert taken == 2
    assert copy.endswith(b"two")


def test_frames_that_are_cut_off_have_no_end() -> None:
    batch = _batch(b"one", b"two")
    assert frames_end(batch, 2) == len(batch)
    for size in range(256, len(batch)):
        assert frames_end(batch[:size], 2) is None


def test_frames_of_one_size_are_judged_like_any_others() -> None:
    batch = _batch(*[b"12345"] * 300)
    assert check(batch) == 300
    size = len(batch[256:]) // 300
    for frame in (0, 1, 255, 256, 299):
        for at in range(size):
            place = 256 + frame * size + at
            batch[place] ^= 0x41
            try:
                is_good = frames_end(batch, 300) == len(batch)
            except BadBatchError:
                is_good = False
            if is_good:
                assert check(batch) == 300
            else:
                with pytest.raises(BadBatchError):
                    check(batch)
            batch[place] ^= 0x41
