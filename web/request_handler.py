"""One connection to the HTTP API, in a greenlet of its own, with a limit on everything.

Adds to gevent's handler: time limits for each request and answer, size limits for head and body,
paths left percent-encoded for the router, and errors in the log instead of on standard error.
"""

import logging
import string
from types import TracebackType
from typing import Any
from urllib.parse import quote, urlsplit

import gevent
from gevent.pywsgi import WSGIHandler

_log = logging.getLogger(__name__)

REQUEST_HEAD_S = 10.0
ANSWER_S = 30.0
MAX_HEAD_BYTES = 32 * 1024
MAX_BODY_BYTES = 2 * 1024 * 1024

_REASONS = {
    400: "Bad Request",
    408: "Request Timeout",
    411: "Length Required",
    413: "Content Too Large",
    431: "Request Header Fields Too Large",
}


class _RefusedError(ValueError):
    def __init__(self, status: int) -> None:
        super().__init__(_REASONS[status])
        self.status = status


class _HeadReader:
    """Gives header lines, up to a size that all of them together must not exceed."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._left_bytes = MAX_HEAD_BYTES

    def readline(self, _limit: int) -> bytes:
        line: bytes = self._stream.readline(self._left_bytes + 1)
        self._left_bytes -= len(line)
        if self._left_bytes < 0:
            raise _RefusedError(431)
        return line


class RequestHandler(WSGIHandler):  # type: ignore[misc]
    """Serves the requests of one connection, one after another."""

    path: str

    def handle(self) -> None:
        """Serve the connection, and let go of it while there is a hub that can close it."""
        stream = self.rfile
        try:
            super().handle()
        finally:
            stream.close()

    def handle_one_request(self) -> Any:
        """Read the head of a request, in limited time, and answer it."""
        if self.server.is_stopping:
            return None
        greenlet = gevent.getcurrent()
        self._head_limit = gevent.Timeout.start_new(REQUEST_HEAD_S, TimeoutError("slow request"))
        self.server.idle.add(greenlet)
        try:
            return super().handle_one_request()
        finally:
            self._head_limit.close()
            self.server.idle.discard(greenlet)

    def read_request(self, raw_requestline: str) -> Any:
        """Parse the head; what is too large or cannot be measured is refused unread."""
        self.server.idle.discard(gevent.getcurrent())
        is_read = super().read_request(raw_requestline)
        if self.headers.get("Transfer-Encoding"):
            raise _RefusedError(411)
        if (self.content_length or 0) > MAX_BODY_BYTES:
            raise _RefusedError(413)
        if "://" in self.path and not self.path.startswith("/"):
            self.path = urlsplit(self.path)._replace(scheme="", netloc="").geturl() or "/"
        return is_read

    def MessageClass(self, stream: Any, *_: Any) -> Any:  # noqa: N802 - gevent's name
        """Parse the header lines."""
        return super().MessageClass(_HeadReader(stream))

    def get_environ(self) -> dict[str, Any]:
        """Describe the request; `PATH_INFO` stays percent-encoded, so that %2F does not split."""
        environ: dict[str, Any] = super().get_environ()
        path = self.path.partition("?")[0]
        environ["PATH_INFO"] = quote(path.encode("latin-1"), safe=string.printable)
        return environ

    def handle_one_response(self) -> None:
        """Answer, in limited time."""
        self._head_limit.close()
        slow = TimeoutError("slow answer")
        # After the first has ended an answer gevent reads the body's rest: the second ends that.
        with gevent.Timeout(ANSWER_S, slow), gevent.Timeout(ANSWER_S + REQUEST_HEAD_S, slow):
            super().handle_one_response()
        if self.wsgi_input.position < (self.content_length or 0):
            self.close_connection = True

    def finalize_headers(self) -> None:
        """Let go of the connection when others wait for one, or when the server stops."""
        super().finalize_headers()
        if not self.server.has_room():
            self.close_connection = True
        if self.close_connection and self.request_version == "HTTP/1.1":
            self.response_headers.append((b"Connection", b"close"))

    def handle_error(
        self, kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        """Take note of a failed answer: a lost client and the server's end are no news."""
        if not issubclass(kind, Exception) or issubclass(kind, OSError):
            self.close_connection = True
            if issubclass(kind, TimeoutError):
                _log.warning("An answer was not made and taken in time, its connection is cut off")
            return
        _log.error("A request has failed", exc_info=(kind, error, traceback))
        self._send_error_response_if_possible(500)

    def log_request(self) -> None:
        """Keep no access log."""

    def _handle_client_error(self, error: Exception) -> tuple[str, bytes]:
        match error:
            case _RefusedError():
                status = error.status
            case TimeoutError():
                status = 408
            case _:
                status = 400
        _log.debug("Refused a request from %s: %s", self.client_address, _REASONS[status])
        head = f"HTTP/1.1 {status} {_REASONS[status]}\r\nConnection: close\r\nContent-Length: 0"
        return str(status), f"{head}\r\n\r\n".encode()
