"""Iggy's frames by hand, for what the SDK never sends: garbage, other versions, a slow sender."""

import socket
import struct
import uuid
from types import TracebackType
from typing import NamedTuple, Self

HEADER_BYTES = 256
PING, POLL = 1, 100
LOGIN, BY_CODE, LOGOUT, CREATE_STREAM, SEND = 1, 2, 3, 128, 160
PROTOCOL_0_11 = 11 << 10

_REQUEST = struct.Struct("<48xI8xB67x16s24xQB19xI56x")


class RawReply(NamedTuple):
    """A reply frame: `command` is 8 for a reply and 13 for an eviction."""

    command: int
    status: int
    body: bytes
    header: bytes

    @property
    def eviction_reason(self) -> int:
        """Why a session ended; only of an eviction."""
        return self.header[255]


def request(
    operation: int, body: bytes = b"", *, code: int = 0, client: bytes = b"c" * 16
) -> bytes:
    """Build a request frame; `client` counts only in a login."""
    header = _REQUEST.pack(HEADER_BYTES + len(body), 5, client, 1, operation, code)
    return header + body


def name(text: str) -> bytes:
    """Write a text with a one-byte length."""
    return bytes((len(text.encode()),)) + text.encode()


def identifier(value: int | str) -> bytes:
    """Write the number or name of something."""
    if isinstance(value, int):
        return b"\1\4" + struct.pack("<I", value)
    return b"\2" + name(value)


def login_body(*, version: int = PROTOCOL_0_11) -> bytes:
    """Write what a client of this version logs in with, as root."""
    return (
        struct.pack("<I", version)
        + name("rust-sdk")
        + name("0.11.0")
        + name("iggy")
        + name("iggy")
        + bytes(4)
    )


class RawClient:
    """One connection that sends bytes and reads frames, each within `timeout_s`."""

    def __init__(self, address: str, *, timeout_s: float = 10.0) -> None:
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = uuid.uuid4().bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def ask(self, operation: int, body: bytes = b"", *, code: int = 0) -> RawReply:
        """Send a request and read its reply."""
        self.send(request(operation, body, code=code, client=self._client))
        return self.read()

    def log_in(self) -> None:
        """Log in as root."""
        reply = self.ask(LOGIN, login_body())
        assert (reply.command, reply.status) == (8, 0)

    def read(self) -> RawReply:
        """Read one frame; raises EOFError when the connection is closed instead."""
        header = self.read_exactly(HEADER_BYTES)
        size = struct.unpack_from("<I", header, 48)[0]
        body = self.read_exactly(size - HEADER_BYTES)
        return RawReply(header[60], struct.unpack_from("<I", header, 216)[0], body, header)

    def read_exactly(self, size_bytes: int) -> bytes:
        """Read so many bytes; raises EOFError when the connection is closed before."""
        data = b""
        while len(data) < size_bytes:
            try:
                received = self.socket.recv(size_bytes - len(data))
            except ConnectionResetError:
                received = b""
            if not received:
                raise EOFError
            data += received
        return data

    def is_closed_by_peer(self) -> bool:
        """Wait until the other side closes; False when it sends something instead."""
        try:
            return self.socket.recv(1) == b""
        except ConnectionResetError:
            return True


def messages_batch(payloads: list[bytes]) -> bytes:
    """Build a batch the way the SDK does, without checksums."""
    frames = b"".join(
        struct.pack("<QQQIIIIQ", 0, index + 1, 0, index, 0, 0, len(payload), 0) + payload
        for index, payload in enumerate(payloads)
    )
    header = struct.pack("<QQQQQQI", 0, 0, 0, 0, HEADER_BYTES + len(frames), 0, len(payloads))
    return header + bytes(204) + frames


def send_body(stream: str, topic: str, partition: int, batch: bytes, count: int) -> bytes:
    """Write what SendMessages carries."""
    metadata = (
        identifier(stream)
        + identifier(topic)
        + b"\2\4"
        + struct.pack("<I", partition)
        + struct.pack("<I", count)
    )
    return struct.pack("<I", len(metadata)) + metadata + batch
