"""The gevent server: at most so many connections, and an end that lets running requests finish.

Runs in the hub's thread.
"""

import logging
import socket
from typing import Any

import gevent
from gevent.pool import Pool
from gevent.pywsgi import WSGIServer

from web.request_handler import RequestHandler

_log = logging.getLogger(__name__)

MAX_CONNECTIONS = 256
_KILL_S = 0.1


class LimitedServer(WSGIServer):  # type: ignore[misc]
    """Accepts connections from `start` on, each served by a `RequestHandler`.

    `idle` holds the greenlets whose connection waits for a request.
    """

    def __init__(self, listener: socket.socket, application: Any) -> None:
        super().__init__(
            listener,
            application,
            spawn=Pool(MAX_CONNECTIONS),
            handler_class=RequestHandler,
            log=None,
            error_log=_log,
            # Else gevent looks the name up, which can take as long as DNS likes.
            environ={"SERVER_NAME": str(listener.getsockname()[0])},
        )
        self.idle: set[Any] = set()
        self.is_stopping = False

    def has_room(self) -> bool:
        """Tell whether a connection may be kept for a further request."""
        return not self.is_stopping and not self.pool.full()

    def end(self, timeout_s: float) -> None:
        """Accept nothing new, let running requests finish, cut off the rest."""
        self.is_stopping = True
        self.close()
        gevent.killall(list(self.idle), block=False)
        self.pool.join(timeout=timeout_s)
        if self.pool:
            _log.warning(
                "Cutting off requests that still run", extra={"fields": {"count": len(self.pool)}}
            )
            self.pool.kill(block=True, timeout=_KILL_S)
