"""A server that refuses every login for a reason of the test's choice."""

import socket
import struct
import threading
from types import TracebackType
from typing import Self

from tests.support.raw_iggy import HEADER_BYTES

_EVICTION = 13
_DEADLINE_S = 10.0


class RefusingServer:
    """Listens on `address` and answers the first request with an eviction."""

    def __init__(self, *, reason: int, accepted_version: int = 0) -> None:
        self._reason = reason
        self._accepted_version = accepted_version
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_DEADLINE_S)
        host, port = self._listener.getsockname()
        self.address = f"{host}:{port}"
        self._thread = threading.Thread(target=self._refuse)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._thread.join(_DEADLINE_S)
        self._listener.close()

    def _refuse(self) -> None:
        client, _ = self._listener.accept()
        client.settimeout(_DEADLINE_S)
        with client, client.makefile("rb") as requests:
            header = requests.read(HEADER_BYTES)
            requests.read(struct.unpack_from("<I", header, 48)[0] - HEADER_BYTES)
            client.sendall(self._eviction(header))

    def _eviction(self, request: bytes) -> bytes:
        frame = bytearray(HEADER_BYTES)
        struct.pack_into("<I", frame, 48, HEADER_BYTES)
        frame[60] = _EVICTION
        frame[128:144] = request[128:144]
        struct.pack_into("<II", frame, 144, self._accepted_version, self._accepted_version)
        frame[255] = self._reason
        return bytes(frame)
