"""A Supervisor with all its children, as the command starts it, and what asks it questions."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pykka import ActorDeadError

from actors.core import Actor, ActorError, Lineage, Ref, ReplyFuture, Request, ask, ask_later, tell
from actors.lifecycle import StartAnswering
from actors.queries import ConnectorStatus, ConnectorView, GetConnector
from actors.services import Services
from actors.supervisor import Supervisor
from config.model import ConnectorCatalog, Kind, SinkConfig, SourceConfig
from tests.actors.configurations import runtime_config
from tests.actors.iggy.connecting import ROOT_PASSWORD
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LIMIT_S = 5.0

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServerDid:
    """The stand-in for the web server was `started`, let `answer`, or has `ended`."""

    what: str


class WebServerStandIn(Actor):
    """Tells a probe what happens to the web server."""

    def __init__(self, lineage: Lineage, probe: Probe, error: Exception | None) -> None:
        super().__init__(lineage)
        self._probe = probe
        self._error = error

    def on_started(self) -> None:
        self._tell("started")
        if self._error is not None:
            raise self._error

    def on_receive(self, message: object) -> None:
        if isinstance(message, StartAnswering):
            self._tell("answer")
        elif isinstance(message, Exception):
            raise message

    def on_ended(self) -> None:
        self._tell("ended")

    def _tell(self, what: str) -> None:
        tell(self._probe.ref, WebServerDid(what=what))


@dataclass(slots=True, kw_only=True)
class SupervisedRuntime:
    """A runtime whose clock only the test moves; `web` is told what happens to the web server."""

    services: Services
    timer: ManualTimer
    address: str
    state_path: Path
    web: Probe = field(default_factory=Probe)
    web_error: Exception | None = None
    ref: Ref = field(init=False)

    def start(
        self,
        *connectors: SinkConfig | SourceConfig,
        password: str = ROOT_PASSWORD,
        **catalog: object,
    ) -> "SupervisedRuntime":
        """Start the Supervisor; `catalog` may have `broken` connectors."""
        self.ref = Supervisor.start(
            services=self.services,
            runtime=runtime_config(self.address, self.state_path, password=password),
            catalog=ConnectorCatalog(connectors=connectors, **catalog),  # type: ignore[arg-type]
            start_web_server=lambda _: (
                lambda lineage: WebServerStandIn.start(lineage, self.web, self.web_error)
            ),
        )
        return self

    def ask(self, request: Request[R]) -> R:
        """Ask the Supervisor, with a limit."""
        return ask(self.ref, request, timeout_s=LIMIT_S)

    def ask_later(self, request: Request[R]) -> ReplyFuture[R]:
        """Ask the Supervisor, and return where the answer will be."""
        return ask_later(self.ref, request)

    def ask_until(self, request: Request[R], fits: Callable[[R], bool] = lambda _: True) -> R:
        """Ask again, and move the clock a little, until there is an answer that fits."""
        ends_s = time.monotonic() + LIMIT_S
        while True:
            try:
                answer = self.ask(request)
            except (ActorError, ActorDeadError) as error:
                seen: object = error
            else:
                if fits(answer):
                    return answer
                seen = answer
            assert time.monotonic() < ends_s, f"seen last: {seen!r}"
            self.timer.advance(0.1)
            time.sleep(0.005)

    def until_status(self, kind: Kind, key: str, status: ConnectorStatus) -> ConnectorView:
        """Wait until a connector has a status."""
        return self.ask_until(GetConnector(kind=kind, key=key), lambda view: view.status is status)

    def child(self, name: str) -> Ref:
        """Return a child that is there."""
        ref = self.services.directory.find(name)
        assert ref is not None
        return ref

    def web_server_does(self, what: str) -> None:
        """Wait until the web server does that, and nothing else before."""
        assert self.web.expect_next(WebServerDid).what == what
