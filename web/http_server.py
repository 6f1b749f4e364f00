"""The HTTP server: a listening socket, a gevent hub on a thread of its own, and the application.

Its methods are for other threads than the hub's.
"""

import contextlib
import socket
import time
from collections.abc import Callable
from functools import partial

from web.bottle_app import WsgiApplication
from web.hub_thread import HubEndedError, HubThread
from web.limited_server import LimitedServer
from web.listening_socket import listening_socket

_CALL_S = 5.0
_JOIN_S = 0.2


class HttpServer:
    """Listens from `start`, answers from `open_doors` and ends with `stop`.

    `build_application` and `on_end` are called in the hub's thread; `on_end` is given what has
    ended the server, None after a `stop`.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        build_application: Callable[[HubThread], WsgiApplication],
        on_end: Callable[[BaseException | None], None],
    ) -> None:
        self._host = host
        self._port = port
        self._build_application = build_application
        self._on_end = on_end
        self._hub = HubThread("http", self._let_go)
        self._listener: socket.socket | None = None
        self._server: LimitedServer | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port that are bound; to be read after `start`."""
        if self._listener is None:
            raise RuntimeError("the HTTP server has not started")
        host, port = self._listener.getsockname()[:2]
        return host, port

    def start(self) -> None:
        """Bind and listen; connections wait. Raises AddressInUseError, AddressUnavailableError."""
        self._listener = listening_socket(self._host, self._port)
        self._hub.start()
        build = partial(self._build_server, self._listener)
        self._server = self._hub.call(build, timeout_s=_CALL_S)

    def open_doors(self) -> None:
        """Begin to accept connections. Raises HubEndedError."""
        if self._server is None:
            raise RuntimeError("the HTTP server has not started")
        self._hub.call(self._server.start, timeout_s=_CALL_S)

    def stop(self, timeout_s: float) -> bool:
        """Accept nothing new, let running requests end within the time, then end the thread.

        Returns False when the thread did not end, at most half a second later.
        """
        deadline_s = time.monotonic() + timeout_s
        if self._server is not None:
            end = partial(self._server.end, timeout_s)
            with contextlib.suppress(HubEndedError, TimeoutError):
                self._hub.call(end, timeout_s=timeout_s + _JOIN_S)
        is_ended = self._hub.stop(max(deadline_s - time.monotonic(), _JOIN_S))
        if self._listener is not None:
            self._listener.close()
        return is_ended

    def _let_go(self, ended_by: BaseException | None) -> None:
        try:
            if ended_by is not None and self._server is not None:
                self._server.end(0)
        finally:
            self._on_end(ended_by)

    def _build_server(self, listener: socket.socket) -> LimitedServer:
        return LimitedServer(listener, self._build_application(self._hub))
