"""A TCP relay that can swallow an answer: the server has done it, the client never learns."""

import socket
import threading
from contextlib import suppress
from types import TracebackType

from tests.support.raw_iggy import HEADER_BYTES

_BUFFER_BYTES = 65536
_DEADLINE_S = 10.0


class CuttingRelay:
    """Passes everything on but, after `cut_next`, one answer, and ends that connection.

    It is the answer to the next request with a body: the SDK pings by itself.
    """

    def __init__(self, target: str) -> None:
        host, _, port = target.rpartition(":")
        self._target = host, int(port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._is_armed = threading.Event()
        self._swallows = threading.Event()
        self._sockets: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def address(self) -> str:
        """Where it listens."""
        host, port = self._listener.getsockname()
        return f"{host}:{port}"

    def cut_next(self) -> None:
        """Swallow the answer to the next request, and close the connection."""
        self._is_armed.set()

    def __enter__(self) -> "CuttingRelay":
        self._thread.start()
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(_DEADLINE_S)
        self._listener.close()
        for each in self._sockets:
            _close(each)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            self._sockets += [client, server]
            for source, target, is_answer in ((client, server, False), (server, client, True)):
                threading.Thread(
                    target=self._pass_on, args=(source, target, is_answer), daemon=True
                ).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(_BUFFER_BYTES):
                if is_answer and self._swallows.is_set():
                    self._swallows.clear()
                    break
                if not is_answer and self._is_armed.is_set() and len(data) > HEADER_BYTES:
                    self._is_armed.clear()
                    self._swallows.set()
                target.sendall(data)
        _close(source)
        _close(target)


def _close(each: socket.socket) -> None:
    with suppress(OSError):
        each.shutdown(socket.SHUT_RDWR)
    each.close()
