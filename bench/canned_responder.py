"""The least a server can do: reads whole frames and answers each with the same bytes every time.

What the SDK reaches against it is what the SDK costs; a broker can only be slower. Run as
`python -m bench.canned_responder`; prints its port.
"""

import socket
import struct
import sys
import threading

from bench.workload import MESSAGES, PAYLOAD_BYTES
from broker.wire.header import HEADER_BYTES, frame_size, read_request, reply_header
from broker.wire.version import LOWEST
from broker.wire.writer import name, text32, u32, u64

_LOGIN, _BY_CODE, _SEND, _CLUSTER, _POLL = 1, 2, 160, 12, 100
_RECEIVE_BYTES = 2 * 1024 * 1024
_NO_ERRORS = u32(0)
_NODE = text32("node") + text32("127.0.0.1") + bytes(10)


def batch(message_count: int, payload_bytes: int) -> bytes:
    """Build a batch that the SDK reads without complaint."""
    frames = b"".join(
        struct.pack("<QQQIIIIQ", 0, index + 1, 0, index, 0, 0, payload_bytes, 0)
        + b"x" * payload_bytes
        for index in range(message_count)
    )
    size = HEADER_BYTES + len(frames)
    return struct.pack("<QQQQQQI", 0, 0, 1, 1, size, 0, message_count) + bytes(204) + frames


def main() -> None:
    """Accept until the process is killed."""
    by_operation = {
        _LOGIN: u32(0) + u32(0) + u64(1) + u32(LOWEST) + name("canned"),
        _SEND: u32(1) + u32(0) + u32(0) + u32(0) + u64(0),
    }
    by_code = {
        _CLUSTER: text32("cluster") + u32(1) + _NODE,
        _POLL: u32(0) + u64(MESSAGES - 1) + u32(MESSAGES) + batch(MESSAGES, PAYLOAD_BYTES),
    }
    listener = socket.create_server(("127.0.0.1", 0))
    sys.stdout.write(f"{listener.getsockname()[1]}\n")
    sys.stdout.flush()
    while True:
        connection, _ = listener.accept()
        threading.Thread(
            target=_serve, args=(connection, by_operation, by_code), daemon=True
        ).start()


def _serve(
    connection: socket.socket, by_operation: dict[int, bytes], by_code: dict[int, bytes]
) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    frame = memoryview(bytearray(_RECEIVE_BYTES))
    while _fill(connection, frame[:HEADER_BYTES]):
        size = frame_size(frame)
        if not _fill(connection, frame[HEADER_BYTES:size]):
            return
        request = read_request(frame[:size])
        if request.operation == _BY_CODE:
            body = by_code.get(request.code, b"")
        else:
            body = by_operation.get(request.operation, _NO_ERRORS)
        connection.sendall(reply_header(request, body_bytes=len(body)) + body)


def _fill(connection: socket.socket, buffer: memoryview) -> bool:
    """Receive until `buffer` is full; False when the connection ends."""
    while buffer:
        received = connection.recv_into(buffer)
        if not received:
            return False
        buffer = buffer[received:]
    return True


if __name__ == "__main__":
    main()
