"""The three frames that cross the wire, each a 256-byte header with a body behind it."""

import struct
from typing import NamedTuple

from broker.wire.status import EvictionReason
from broker.wire.version import HIGHEST, LOWEST

HEADER_BYTES = 256
MAX_FRAME_BYTES = 64 * 1024 * 1024

_REQUEST, _REPLY, _EVICTION = 5, 8, 13

# size, command, client, checksum, request number, operation, session, command code
_REQUEST_HEADER = struct.Struct("<48xI8xB67x16sQ8x8xQB7xQ4xI56x")
# size, command, checksum, client, op, commit, timestamp, request number, operation, status
_REPLY_HEADER = struct.Struct("<48xI8xB67xQ8x16x16sQQQQB7xI36x")
# size, command, client, highest and lowest accepted version, reason
_EVICTION_HEADER = struct.Struct("<48xI8xB67x16sII103xB")
_SIZE = struct.Struct("<48xI")


class NotAFrameError(ValueError):
    """Bytes that no client of this protocol sends: the connection can only be closed."""


class Request(NamedTuple):
    """One request; `body` is a view of the bytes behind its header, valid while it is handled."""

    client: bytes
    checksum: int
    number: int
    operation: int
    session: int
    code: int
    body: memoryview


def frame_size(header: memoryview | bytes | bytearray) -> int:
    """Return the size of the frame that begins with these 256 bytes, header included."""
    size: int = _SIZE.unpack_from(header)[0]
    if header[60] != _REQUEST or not HEADER_BYTES <= size <= MAX_FRAME_BYTES:
        raise NotAFrameError(f"command {header[60]}, size {size}")
    return size


def read_request(frame: memoryview) -> Request:
    """Read the header of a whole frame."""
    _, _, client, checksum, number, operation, session, code = _REQUEST_HEADER.unpack_from(frame)
    return Request(client, checksum, number, operation, session, code, frame[HEADER_BYTES:])


def reply_header(request: Request, *, body_bytes: int, status: int = 0) -> bytes:
    """Build the header of the reply to `request`."""
    return _REPLY_HEADER.pack(
        HEADER_BYTES + body_bytes,
        _REPLY,
        request.checksum,
        request.client,
        0,
        0,
        0,
        request.number,
        request.operation,
        status,
    )


def eviction_frame(client: bytes, reason: EvictionReason) -> bytes:
    """Build a whole eviction frame for the client value of a request."""
    window = (0, 0)
    if reason is EvictionReason.INCOMPATIBLE_PROTOCOL:
        window = (HIGHEST, LOWEST)
    return _EVICTION_HEADER.pack(HEADER_BYTES, _EVICTION, client, *window, reason)
