"""How bytes become frames, however they come."""

import random
import struct

import pytest

from broker.budget import Budget
from broker.intake import Intake
from broker.wire.header import NotAFrameError
from tests.support.raw_iggy import BY_CODE, PING, request

LIMIT = 1 << 20
BUDGET = 1 << 21


class Feeder:
    """Plays the event loop: gives bytes to an intake in pieces, and collects the frames."""

    def __init__(self, *, budget_bytes: int = BUDGET, receive_bytes: int = 64 * 1024) -> None:
        self.budget = Budget(budget_bytes)
        self.shared = memoryview(bytearray(receive_bytes))
        self.intake = Intake(self.shared, self.budget)
        self.frames: list[tuple[bytes, bool]] = []

    def feed(self, data: bytes, *, limit: int = LIMIT) -> None:
        while data:
            buffer = self.intake.buffer()
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            data = data[size:]
            self.intake.received(size)
            while (frame := self.intake.next(limit)) is not None:
                self.frames.append((bytes(frame.data), frame.is_whole))
            self.intake.keep()
            # Another connection uses the same buffer in between.
            self.shared[:] = b"\xff" * len(self.shared)


def test_frames_come_out_whole_however_they_are_cut() -> None:
    sent = [request(BY_CODE, bytes((n,)) * size, code=PING) for n, size in enumerate((0, 9, 3000))]
    stream = b"".join(sent)
    rng = random.Random(0)
    for _ in range(50):
        feeder = Feeder(receive_bytes=1024)
        rest = stream
        while rest:
            size = rng.choice((1, 10, 255, 256, 257, 2000))
            feeder.feed(rest[:size])
            rest = rest[size:]
        assert [data for data, _ in feeder.frames] == sent
        feeder.intake.close()
        assert feeder.budget.free_bytes == BUDGET


def test_a_frame_larger_than_the_limit_is_refused_by_its_header() -> None:
    feeder = Feeder()
    with pytest.raises(NotAFrameError, match="allowed"):
        feeder.feed(request(BY_CODE, bytes(1000), code=PING)[:256], limit=1000)


@pytest.mark.parametrize("at", [48, 60])
def test_what_is_no_request_is_refused(at: int) -> None:
    frame = bytearray(request(BY_CODE, code=PING))
    frame[at] ^= 0xFF
    frame[48:52] = struct.pack("<I", 255) if at == 48 else frame[48:52]
    with pytest.raises(NotAFrameError):
        Feeder().feed(bytes(frame))


def test_without_memory_a_frame_is_dropped_but_known() -> None:
    large = request(BY_CODE, bytes(200_000), code=PING)
    small = request(BY_CODE, b"small", code=PING)
    feeder = Feeder(budget_bytes=100_000)
    feeder.feed(large + small)
    assert feeder.frames == [(large[:256], False), (small, True)]
    assert feeder.budget.free_bytes == 100_000


def test_an_unfinished_frame_takes_from_the_budget_until_the_connection_is_gone() -> None:
    feeder = Feeder()
    feeder.feed(request(BY_CODE, bytes(100_000), code=PING)[:70_000])
    assert feeder.budget.free_bytes == BUDGET - 100_256
    feeder.intake.close()
    assert feeder.budget.free_bytes == BUDGET


def test_what_an_answered_frame_took_is_given_back() -> None:
    feeder = Feeder()
    feeder.feed(request(BY_CODE, bytes(100_000), code=PING))
    assert len(feeder.frames) == 1
    assert feeder.budget.free_bytes == BUDGET


def test_frames_sent_ahead_are_kept_within_the_budget() -> None:
    feeder = Feeder(budget_bytes=1000)
    ahead = request(BY_CODE, bytes(2000), code=PING)
    buffer = feeder.intake.buffer()
    buffer[: len(ahead)] = ahead
    feeder.intake.received(len(ahead))
    with pytest.raises(NotAFrameError, match="ahead"):
        feeder.intake.keep()


def test_kept_frames_are_found_again() -> None:
    feeder = Feeder()
    ahead = request(BY_CODE, b"first", code=PING) + request(BY_CODE, b"second", code=PING)
    feeder.intake.buffer()[: len(ahead)] = ahead
    feeder.intake.received(len(ahead))
    feeder.intake.keep()
    assert feeder.intake.has_kept
    feeder.intake.resume()
    first = feeder.intake.next(LIMIT)
    assert first is not None
    assert bytes(first.data[256:]) == b"first"
    second = feeder.intake.next(LIMIT)
    assert second is not None
    assert bytes(second.data[256:]) == b"second"
    assert feeder.intake.next(LIMIT) is None
    feeder.intake.keep()
    assert feeder.budget.free_bytes == BUDGET


def test_the_old_framing_is_told_by_the_first_four_bytes() -> None:
    login = struct.pack("<II", 4 + 25, 38) + bytes(25)
    feeder = Feeder()
    for byte in struct.pack("<II", 4, 1) + login:
        feeder.feed(bytes((byte,)))
    assert feeder.intake.is_legacy
    assert [len(data) for data, _ in feeder.frames] == [8, 33]


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1\r\n", bytes.fromhex("1603010200010001fc")])
def test_other_protocols_are_refused_at_once(start: bytes) -> None:
    with pytest.raises(NotAFrameError):
        Feeder().feed(start)
