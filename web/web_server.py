"""The actor that owns the HTTP server, and with it the thread of the gevent hub."""

import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from actors.core import Actor, ActorError, Control, Lineage, Ref, tell
from actors.lifecycle import StartAnswering
from config.model import HttpConfig
from web.application import application
from web.http_server import HttpServer

_log = logging.getLogger("web")

_STOP_S = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class _ServerEnded(Control):
    error: BaseException


class WebServer(Actor):
    """Listens as soon as it has started, and answers after `StartAnswering`.

    It dies when its address cannot be listened on, and when the server's thread ends.
    """

    def __init__(self, *, lineage: Lineage, http: HttpConfig, supervisor: Ref) -> None:
        super().__init__(lineage)
        self._config = http
        self._server = HttpServer(
            host=http.host,
            port=http.port,
            build_application=partial(application, supervisor, http.api_key),
            on_end=self._told_of_end,
        )

    def on_started(self) -> None:
        """Bind and listen."""
        self._server.start()
        host, port = self._server.address
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        _log.info("The HTTP API listens", extra={"fields": {"address": f"http://{place}"}})
        if not self._config.api_key and not ipaddress.ip_address(host).is_loopback:
            _log.warning(
                "The HTTP API is open to everybody who reaches this machine: set http.api_key",
                extra={"fields": {"address": f"http://{place}"}},
            )

    def on_receive(self, message: Any) -> Any:
        """Let requests in, or learn that nobody serves them any more."""
        match message:
            case StartAnswering():
                self._server.open_doors()
            case _ServerEnded():
                raise ActorError(f"the HTTP server ended: {message.error!r}") from message.error
            case _:
                return super().on_receive(message)
        return None

    def on_ended(self) -> None:
        """Let running requests finish and end the server's thread."""
        if not self._server.stop(_STOP_S):
            _log.error("The HTTP server's thread does not end")

    def _told_of_end(self, error: BaseException | None) -> None:
        if error is not None:
            tell(self.actor_ref, _ServerEnded(error=error))


def start_web_server(http: HttpConfig, supervisor: Ref) -> Callable[[Lineage], Ref]:
    """Return what starts a `WebServer` under the parent that it is given."""
    return lambda lineage: WebServer.start(lineage=lineage, http=http, supervisor=supervisor)
