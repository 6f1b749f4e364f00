"""One partition's messages on disk: reading back, growing, restarting, damage."""

import resource
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from broker.errors import DataDirectoryDamagedError
from broker.storage.open_files import OpenFiles
from broker.storage.partition_log import PartitionLog
from broker.wire.batch import BATCH_HEADER_BYTES, FRAME_HEADER_BYTES, read_header
from tests.support.raw_iggy import messages_batch

PARTITION = 3
BUDGET = 1 << 22


def open_log(directory: Path, *, segment_bytes: int = 1 << 30) -> PartitionLog:
    log = PartitionLog(directory, PARTITION, segment_bytes=segment_bytes, files=OpenFiles(2))
    if directory.exists():
        log.open()
    else:
        log.create()
    return log


def append(log: PartitionLog, *payloads: bytes, now_us: int = 1) -> int:
    batch = memoryview(bytearray(messages_batch(list(payloads))))
    return log.append(batch, len(payloads), now_us)


def messages(parts: list[memoryview | bytes]) -> list[tuple[int, bytes]]:
    """Read what a client would: offsets and payloads."""
    found = []
    for part in parts:
        view = memoryview(part)
        while view:
            header = read_header(view)
            at = BATCH_HEADER_BYTES
            for _ in range(header.message_count):
                delta, size = struct.unpack_from("<I8xI", view, at + 24)
                at += FRAME_HEADER_BYTES
                found.append((header.base_offset + delta, bytes(view[at : at + size])))
                at += size
            assert at == header.size_bytes
            view = view[at:]
    return found


def read(
    log: PartitionLog, offset: int, count: int, budget: int = BUDGET
) -> list[tuple[int, bytes]]:
    read_ = log.read(offset, count, budget)
    found = messages(read_.parts)
    assert len(found) == read_.message_count
    assert not found or found[-1][0] == read_.last_offset
    return found


@settings(max_examples=60, deadline=None)
@given(
    batches=st.lists(
        st.lists(st.binary(min_size=1, max_size=9000), min_size=1, max_size=8),
        min_size=1,
        max_size=20,
    ),
    segment_bytes=st.sampled_from([1, 5000, 1 << 30]),
    data=st.data(),
)
def test_any_range_reads_what_was_appended(
    tmp_path_factory: pytest.TempPathFactory,
    batches: list[list[bytes]],
    segment_bytes: int,
    data: st.DataObject,
) -> None:
    directory = tmp_path_factory.mktemp("log") / "0"
    log = open_log(directory, segment_bytes=segment_bytes)
    for batch in batches:
        append(log, *batch)
    if data.draw(st.booleans(), label="restarted"):
        log = open_log(directory, segment_bytes=segment_bytes)
    everything = list(enumerate(payload for batch in batches for payload in batch))
    offset = data.draw(st.integers(0, len(everything)))
    count = data.draw(st.integers(1, len(everything) + 1))
    budget = data.draw(st.sampled_from([1, 3000, 30_000, BUDGET]))
    found = read(log, offset, count, budget)
    assert found == everything[offset : offset + len(found)]
    if offset < len(everything):
        assert 1 <= len(found) <= count
    rest = offset
    while rest < len(everything):
        rest += len(read(log, rest, len(everything), budget))
    assert rest == max(offset, len(everything))


def test_a_large_read_stays_near_its_budget(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0")
    for _ in range(50):
        append(log, *[b"x" * 1000] * 10)
    size = sum(len(part) for part in log.read(0, 500, 50_000).parts)
    assert 30_000 < size <= 50_000 + 256


def test_counts_follow_the_data(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1000)
    assert (log.message_count, log.current_offset, log.end_offset) == (0, 0, 0)
    for _ in range(3):
        append(log, b"x" * 400, b"y" * 400)
    assert (log.message_count, log.current_offset, log.end_offset) == (6, 5, 6)
    assert log.segment_count == 3
    assert log.size_bytes == 3 * (256 + 2 * 448)
    assert log.size_bytes == sum(file.stat().st_size for file in (tmp_path / "0").iterdir())


@pytest.mark.parametrize("segment_bytes", [1, 1 << 30])
def test_a_time_gives_the_first_message_appended_then(tmp_path: Path, segment_bytes: int) -> None:
    log = open_log(tmp_path / "0", segment_bytes=segment_bytes)
    for now_us in (100, 200, 200, 300):
        append(log, b"a" * 20_000, b"b", now_us=now_us)
    expected = {0: 0, 100: 0, 101: 2, 200: 2, 201: 6, 300: 6, 301: 8}
    assert {time: log.offset_at(time) for time in expected} == expected
    again = open_log(tmp_path / "0", segment_bytes=segment_bytes)
    assert {time: again.offset_at(time) for time in expected} == expected


def test_time_never_goes_backwards(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1)
    append(log, b"a", now_us=500)
    append(log, b"b", now_us=400)
    assert log.offset_at(500) == 0
    assert log.offset_at(501) == 2


def test_a_torn_tail_is_cut_off_wherever_it_is_torn(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0")
    append(log, b"kept")
    kept_bytes = log.size_bytes
    append(log, b"torn one", b"torn two")
    file = next((tmp_path / "0").iterdir())
    whole = file.read_bytes()
    for size in range(kept_bytes + 1, len(whole)):
        file.write_bytes(whole[:size])
        again = open_log(tmp_path / "0")
        assert read(again, 0, 10) == [(0, b"kept")]
        assert file.stat().st_size == kept_bytes
    assert append(again, b"next") == 1
    assert read(open_log(tmp_path / "0"), 0, 10) == [(0, b"kept"), (1, b"next")]


def test_cutting_a_torn_tail_is_reported(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    log = open_log(tmp_path / "0")
    append(log, b"torn")
    file = next((tmp_path / "0").iterdir())
    file.write_bytes(file.read_bytes()[:-1])
    open_log(tmp_path / "0")
    assert f"Cut {log.size_bytes - 1} bytes" in caplog.text
    assert str(file) in caplog.text


@pytest.mark.parametrize(
    ("at", "value"),
    [
        pytest.param(0, b"\1", id="partition"),
        pytest.param(8, b"\1", id="base offset"),
        pytest.param(32, struct.pack("<Q", 300), id="shorter batch"),
        pytest.param(32, struct.pack("<Q", 600), id="longer batch"),
        pytest.param(32, struct.pack("<Q", 1 << 40), id="batch beyond the end"),
        pytest.param(48, bytes(4), id="no messages"),
        pytest.param(100, b"\1", id="reserved byte"),
        pytest.param(2 * 307, bytes(309), id="zeros at the end"),
    ],
)
def test_damage_in_the_middle_is_no_torn_tail(tmp_path: Path, at: int, value: bytes) -> None:
    log = open_log(tmp_path / "0")
    for text in (b"one", b"two", b"three"):
        append(log, text)
    file = next((tmp_path / "0").iterdir())
    damaged = bytearray(file.read_bytes())
    damaged[at : at + len(value)] = value
    file.write_bytes(damaged)
    with pytest.raises(DataDirectoryDamagedError, match=file.name):
        open_log(tmp_path / "0")
    assert file.read_bytes() == damaged


def test_a_torn_segment_before_the_last_one_is_damage(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1)
    append(log, b"one")
    append(log, b"two")
    first = min((tmp_path / "0").iterdir())
    first.write_bytes(first.read_bytes()[:-1])
    with pytest.raises(DataDirectoryDamagedError, match="incomplete"):
        open_log(tmp_path / "0")


def test_a_missing_segment_is_damage(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1)
    for text in (b"one", b"two", b"three"):
        append(log, text)
    sorted((tmp_path / "0").iterdir())[1].unlink()
    with pytest.raises(DataDirectoryDamagedError, match="expected the segment of offset 1"):
        open_log(tmp_path / "0")


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0")
    append(log, b"kept")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (log.size_bytes + 100, before[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            append(log, b"lost")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert next((tmp_path / "0").iterdir()).stat().st_size == log.size_bytes
    assert append(log, b"next") == 1
    assert read(open_log(tmp_path / "0"), 0, 10) == [(0, b"kept"), (1, b"next")]


def test_old_segments_go_and_offsets_stay(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1)
    for now_us in (100, 200, 300):
        append(log, b"x", now_us=now_us)
    log.drop_before(201)
    assert read(log, 0, 10) == [(2, b"x")]
    log = open_log(tmp_path / "0", segment_bytes=1)
    log.drop_before(201)
    assert read(log, 0, 10) == [(2, b"x")]
    log.drop_before(1000)
    log = open_log(tmp_path / "0", segment_bytes=1)
    log.drop_before(2000)
    assert (log.message_count, log.end_offset) == (0, 3)
    again = open_log(tmp_path / "0", segment_bytes=1)
    assert append(again, b"y", now_us=1) == 3
    assert read(again, 0, 10) == [(3, b"y")]


def test_deleting_a_log_leaves_nothing(tmp_path: Path) -> None:
    log = open_log(tmp_path / "0", segment_bytes=1)
    append(log, b"one")
    append(log, b"two")
    log.delete()
    assert list(tmp_path.iterdir()) == []
