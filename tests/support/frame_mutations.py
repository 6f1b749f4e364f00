"""Frames that are almost right: what a fuzz test sends."""

import random
import struct
from collections.abc import Iterator

from tests.support.raw_iggy import (
    HEADER_BYTES,
    LOGIN,
    LOGOUT,
    identifier,
    login_body,
    messages_batch,
    name,
    request,
    send_body,
)

_TOPIC = identifier("stream") + identifier("topic")
_GROUP = _TOPIC + identifier("group")
_CONSUMERS = (b"\1" + identifier("me"), b"\2" + identifier("group"))
_PARTITION = b"\1" + struct.pack("<I", 0)
_PERMISSIONS = b"\1" + struct.pack("<I", 11) + bytes(11)
_OPTION = b"\2" + struct.pack("<I", 12) + b"segment_size\x0c" + struct.pack("<IQ", 8, 1 << 20)

# Commands with an operation of their own, and bodies that fit.
_WRITES = [
    (LOGIN, login_body()),
    (LOGOUT, b""),
    (128, name("stream")),
    (129, identifier("stream") + name("stream")),
    (130, identifier("other")),
    (131, identifier("other")),
    (132, identifier("stream") + struct.pack("<I", 2) + name("topic") + _OPTION),
    (133, _TOPIC + name("topic")),
    (134, identifier("stream") + identifier(7)),
    (135, _TOPIC),
    (136, _TOPIC + struct.pack("<I", 1)),
    (137, _TOPIC + struct.pack("<I", 1)),
    (138, _TOPIC + struct.pack("<II", 0, 1)),
    (139, _TOPIC + name("group")),
    (140, _TOPIC + identifier("another")),
    (141, name("user") + name("secret") + b"\1" + _PERMISSIONS),
    (142, identifier("user") + b"\1" + name("user") + b"\1\2"),
    (143, identifier("user")),
    (144, identifier("user") + name("secret") + name("public")),
    (145, identifier("user") + _PERMISSIONS),
    (146, name("token") + bytes(8)),
    (147, name("token")),
    (148, _GROUP),
    (149, _GROUP),
    (160, send_body("stream", "topic", 0, messages_batch([b"one", b"two"]), 2)),
    *((161, each + _TOPIC + _PARTITION + struct.pack("<QB", 0, 1)) for each in _CONSUMERS),
    *((162, each + _TOPIC + _PARTITION + b"\1") for each in _CONSUMERS),
]
_READS = [
    *((code, b"") for code in (1, 10, 12, 20, 22, 32, 41, 201)),
    (13, b"\1"),
    (21, struct.pack("<I", 1)),
    (31, identifier("iggy")),
    *(
        (100, each + _TOPIC + _PARTITION + struct.pack("<BQIB", strategy, 0, 10, 1))
        for each in _CONSUMERS
        for strategy in range(1, 6)
    ),
    *((120, each + _TOPIC + _PARTITION) for each in _CONSUMERS),
    (200, identifier("stream")),
    (300, _TOPIC),
    (301, identifier("stream")),
    (600, _GROUP),
    (601, _TOPIC),
    (606, _GROUP),
]
WELL_FORMED = [request(operation, body) for operation, body in _WRITES] + [
    request(2, body, code=code) for code, body in _READS
]

_TELLING = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)


def mutated_frames(rng: random.Random) -> Iterator[bytes]:
    """Yield frames without end; each says its own size rightly, so that it is read as a whole."""
    while True:
        frame = bytearray(rng.choice(WELL_FORMED))
        for _ in range(rng.choice((0, 1, 1, 2, 5))):
            _mutate(frame, rng)
        struct.pack_into("<I", frame, 48, len(frame))
        frame[60] = 5
        yield bytes(frame)


def _mutate(frame: bytearray, rng: random.Random) -> None:
    kind = rng.randrange(6)
    body = len(frame) - HEADER_BYTES
    if kind == 0 and body:
        frame[HEADER_BYTES + rng.randrange(body)] = rng.choice(_TELLING)
    elif kind == 1 and body:
        frame[HEADER_BYTES + rng.randrange(body)] ^= 1 << rng.randrange(8)
    elif kind == 2 and body:
        del frame[HEADER_BYTES + rng.randrange(body) :]
    elif kind == 3:
        frame += rng.randbytes(rng.choice((1, 4, 300)))
    elif kind == 4 and body >= 4:
        at = HEADER_BYTES + rng.randrange(body - 3)
        struct.pack_into("<I", frame, at, rng.choice((0, 1, 2**31, 2**32 - 1, body)))
    else:
        frame[rng.choice((176, 196, 197))] = rng.choice((*_TELLING, 38, 44, 100, 160, 162))
