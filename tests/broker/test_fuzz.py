"""Any bytes give an answer or a closed connection, never a crash or a hang.

The seed is printed when a test fails; IGGY_FUZZ_SEED repeats it.
"""

import os
import random
import struct
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from broker.core import Core
from broker.settings import BrokerSettings
from tests.support.broker import BrokerProcess
from tests.support.frame_mutations import WELL_FORMED, mutated_frames
from tests.support.raw_iggy import (
    BY_CODE,
    HEADER_BYTES,
    LOGIN,
    PING,
    RawClient,
    login_body,
    request,
)

pytestmark = pytest.mark.broker_only

BUDGET_S = 3.0
ANSWER_DEADLINE_S = 5.0
INTERNAL_ERROR = 1
LOGGING_IN = request(LOGIN, login_body())


def seeded() -> random.Random:
    seed = int(os.environ.get("IGGY_FUZZ_SEED") or random.randrange(2**32))
    print(f"IGGY_FUZZ_SEED={seed}")  # noqa: T201 - shown by pytest when the test fails
    return random.Random(seed)


def test_the_frames_to_begin_with_are_understood(tmp_path: Path) -> None:
    """Otherwise the mutations of them would not reach far."""
    core = Core(BrokerSettings(data_directory=tmp_path / "data"))
    session = core.world.sessions.open("test", 0.0)
    statuses = []
    for _ in range(2):
        for frame in WELL_FORMED:
            if frame[176] != 3:
                reply = core.answer(session, memoryview(bytearray(frame)))
                statuses.append(struct.unpack_from("<I", reply.parts[0], 216)[0])
    core.close()
    assert 3 not in statuses
    assert statuses.count(0) > len(statuses) * 0.6


def test_mutated_frames_never_surprise_the_core(tmp_path: Path) -> None:
    rng = seeded()
    frames = mutated_frames(rng)
    core = Core(BrokerSettings(data_directory=tmp_path / "data"))
    sessions = [core.world.sessions.open(f"test {number}", 0.0) for number in range(3)]
    count = 0
    deadline_s = time.monotonic() + BUDGET_S
    while time.monotonic() < deadline_s:
        session = rng.choice(sessions)
        if session.user is None and rng.random() < 0.5:
            frame = LOGGING_IN
        else:
            frame = rng.choice(WELL_FORMED) if rng.random() < 0.3 else next(frames)
        reply = core.answer(session, memoryview(bytearray(frame)))
        size, command = struct.unpack_from("<I8xB", reply.parts[0], 48)
        assert size == sum(map(len, reply.parts))
        assert command in {8, 13}
        if command == 8:
            status = struct.unpack_from("<I", reply.parts[0], 216)[0]
            assert status != INTERNAL_ERROR, frame.hex()
            assert not status or size == HEADER_BYTES
        count += 1
    core.close()
    assert count > 1000
    Core(BrokerSettings(data_directory=tmp_path / "data")).close()


def test_mutated_bytes_on_a_socket_are_answered_or_closed(broker: BrokerProcess) -> None:
    rng = seeded()
    frames = mutated_frames(rng)
    answered = 0
    deadline_s = time.monotonic() + BUDGET_S
    with RawClient(broker.address) as witness:
        witness.log_in()
        while time.monotonic() < deadline_s:
            with RawClient(broker.address, timeout_s=ANSWER_DEADLINE_S) as client:
                if rng.random() < 0.8:
                    client.log_in()
                answered += _send_until_closed(client, frames, rng, deadline_s)
            assert witness.ask(BY_CODE, code=PING).status == 0
    assert answered > 300
    assert "Traceback" not in broker.output()
    assert broker.terminate() == 0
    broker.restart()


def _send_until_closed(
    client: RawClient, frames: Iterator[bytes], rng: random.Random, deadline_s: float
) -> int:
    """Send frames, and at last one that does not even say its size rightly; count the answers."""
    answered = 0
    while time.monotonic() < deadline_s and rng.random() < 0.98:
        client.send(next(frames))
        try:
            client.read()
        except EOFError:
            return answered
        answered += 1
    garbled = bytearray(next(frames))
    garbled[rng.randrange(64)] ^= 1 << rng.randrange(8)
    client.send(bytes(garbled))
    return answered


def test_bytes_in_any_pieces_are_put_together(broker: BrokerProcess) -> None:
    rng = seeded()
    with RawClient(broker.address) as client:
        client.log_in()
        for _ in range(100):
            pings = request(BY_CODE, rng.randbytes(rng.choice((0, 10, 3000))), code=PING) * 3
            while pings:
                size = rng.choice((1, 100, 256, 1000, 5000))
                client.send(pings[:size])
                pings = pings[size:]
            for _ in range(3):
                assert client.read().status == 0
