"""The front door of the runtime: starts everything, restarts what dies, routes every question.

It never waits for anybody: a question is forwarded to the one who knows, with the future that its
answer goes to. Only the health is its own to tell, because no answer is an answer too.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from actors.config_store import ConfigStore
from actors.connector_supervisor import ConnectorSupervisor
from actors.core import (
    Actor,
    ActorError,
    ChildDied,
    ChildReady,
    Children,
    Control,
    Forwarded,
    Lineage,
    Ref,
    ReplyFuture,
    Request,
    RestartHistory,
    RestartPolicy,
    StartChild,
    tell,
)
from actors.iggy.iggy_admin import IggyAdmin
from actors.iggy.iggy_error import LoginRefusedError
from actors.intent import Intent, connector_name
from actors.lifecycle import (
    AwaitEnd,
    ConnectorSettled,
    ConnectorStopped,
    EndReason,
    IggyStatusChanged,
    IntentChanged,
    Reintroduce,
    RuntimeEnd,
    SetIntent,
    StartAnswering,
    StopConnector,
    Stopped,
    StopRuntime,
)
from actors.queries import (
    ConnectorNotFoundError,
    GetConfig,
    GetConnector,
    GetHealth,
    GetState,
    HealthView,
    IggyStatus,
    ListConnectors,
)
from actors.services import Services
from actors.state_store import STATE_STORE, IntentsLoaded, LoadIntents, StateStore
from actors.status_board import STATUS_BOARD, ConnectorChanged, StatusBoard
from actors.unusable_connectors import unusable_connectors
from config.model import ConnectorCatalog, Kind, RuntimeConfig, SinkConfig, SourceConfig

CONFIG_STORE = "config_store"
IGGY_ADMIN = "iggy_admin"
WEB_SERVER = "web_server"

_log = logging.getLogger("supervisor")

_ANSWER_AFTER_S = 5.0
_CLOSE_LIMIT_S = 1.0

_ROUTES: dict[type, str] = {
    GetConfig: CONFIG_STORE,
    GetState: STATE_STORE,
    SetIntent: STATE_STORE,
    GetConnector: STATUS_BOARD,
    ListConnectors: STATUS_BOARD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restart(Control):
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _StopOverdue(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _CloseOverdue(Control):
    pass


class Supervisor(Actor):
    """Has no parent; the main thread asks it to `StopRuntime` and whether it must end."""

    def __init__(
        self,
        *,
        services: Services,
        runtime: RuntimeConfig,
        catalog: ConnectorCatalog,
        start_web_server: Callable[[Ref], StartChild] | None,
    ) -> None:
        super().__init__()
        self._services = services
        self._runtime = runtime
        self._catalog = catalog
        self._start_web_server = start_web_server
        self._starts: dict[str, StartChild] = {}
        self._crashes: dict[str, RestartHistory] = {}
        self._intents: dict[str, Intent] = {}
        self._awaits_intents = True
        self._unready: set[str] = set()
        self._unsettled: set[str] = set()
        self._unstopped: set[str] = set()
        self._iggy = IggyStatus.CONNECTING
        self._has_been_connected = False
        self._end: RuntimeEnd | None = None
        self._end_awaited_by: list[ReplyFuture[RuntimeEnd]] = []
        self._stop_awaited_by: list[ReplyFuture[Stopped]] = []
        self._is_closing = False
        self._is_closed = False
        self._unfinished: tuple[str, ...] = ()

    def on_started(self) -> None:
        """Start what is no connector; the connectors follow when all of that is ready."""
        self._children = Children(self.actor_ref)
        services, runtime = self._services, self._runtime
        self._starts = {
            CONFIG_STORE: partial(ConfigStore.start, catalog=self._catalog),
            STATE_STORE: partial(StateStore.start, path=runtime.state_path),
            STATUS_BOARD: StatusBoard.start,
            IGGY_ADMIN: partial(IggyAdmin.start, services=services, iggy=runtime.iggy),
        }
        if self._start_web_server is not None:
            self._starts[WEB_SERVER] = self._start_web_server(self.actor_ref)
        self._unready = set(self._starts)
        for name in tuple(self._starts):
            self._start(name)

    def on_ended(self) -> None:
        """Let nobody wait for what cannot come any more."""
        error = ActorError("the supervisor has ended")
        for end_reply_to in self._end_awaited_by:
            end_reply_to.set_exception((ActorError, error, None))
        for stop_reply_to in self._stop_awaited_by:
            stop_reply_to.set_exception((ActorError, error, None))

    def on_receive(self, message: object) -> object:
        """Route a question, or follow what happens."""
        if isinstance(message, Request):
            return self._answer(message)
        match message:
            case ChildReady() if self._children.is_current(message.name, message.incarnation):
                self._ready(message.name)
            case ChildDied() if self._children.is_current(message.name, message.incarnation):
                self._children.remove(message.name)
                self._bury(message)
            case _Restart() if not self._is_stopping:
                self._start(message.name)
            case IntentsLoaded() if self._awaits_intents and not self._is_stopping:
                self._awaits_intents = False
                self._intents = dict(message.intents)
                self._start_connectors()
            case ConnectorSettled():
                self._settled(connector_name(message.kind, message.key))
            case StartAnswering():
                self._children.tell([WEB_SERVER], StartAnswering())
            case ConnectorStopped():
                self._connector_stopped(message)
            case IggyStatusChanged():
                self._iggy_changed(message)
            case _StopOverdue():
                self._stop_overdue()
            case _CloseOverdue():
                self._closed()
        return None

    def _answer(self, request: Request[object]) -> object:
        match request:
            case GetHealth():
                return HealthView(iggy=self._iggy)
            case AwaitEnd():
                self._end_awaited_by.append(self.reply_to())
                self._tell_end()
                return Forwarded()
            case StopRuntime():
                self._stop_awaited_by.append(self.reply_to())
                self._stop_connectors(request.timeout_s)
                return Forwarded()
            case SetIntent():
                self._set_intent(request)
        name = _ROUTES[type(request)]
        ref = self._children.find(name)
        if ref is None:
            raise ActorError(f"the {name.replace('_', ' ')} is being restarted: ask again")
        return self.forward(ref, request)

    def _set_intent(self, wish: SetIntent) -> None:
        name = connector_name(wish.kind, wish.key)
        if name not in self._starts:
            raise ConnectorNotFoundError(wish.kind, wish.key)
        self._intents[name] = wish.intent
        self._children.tell([name], IntentChanged(intent=wish.intent))

    @property
    def _is_stopping(self) -> bool:
        return bool(self._stop_awaited_by)

    def _start(self, name: str) -> None:
        self._crashes.setdefault(name, RestartHistory(RestartPolicy()))
        self._services.directory.register(name, self._children.start(name, self._starts[name]))

    def _ready(self, name: str) -> None:
        if self._awaits_intents:
            self._unready.discard(name)
            if not self._unready:
                # Also again, when the store died before it answered; the first answer counts.
                self._children.tell([STATE_STORE], LoadIntents(reply_to=self.actor_ref))
        elif name == STATUS_BOARD:
            self._introduce_unusable()
            self._children.tell(self._connectors(), Reintroduce())
        elif name == WEB_SERVER:
            self._children.tell([WEB_SERVER], StartAnswering())

    def _start_connectors(self) -> None:
        self._introduce_unusable()
        enabled = [config for config in self._catalog.connectors if config.enabled]
        for config in sorted(enabled, key=lambda config: config.kind, reverse=True):
            name = connector_name(config.kind, config.key)
            self._starts[name] = partial(self._start_connector, name, config)
            self._unsettled.add(name)
            self._start(name)
        self._services.timer.tell_later(_ANSWER_AFTER_S, self.actor_ref, StartAnswering())
        if not self._unsettled:
            tell(self.actor_ref, StartAnswering())

    def _start_connector(
        self, name: str, config: SinkConfig | SourceConfig, lineage: Lineage
    ) -> Ref:
        return ConnectorSupervisor.start(
            lineage,
            services=self._services,
            iggy=self._runtime.iggy,
            config=config,
            intent=self._intents.get(name, Intent.RUN),
        )

    def _introduce_unusable(self) -> None:
        for view in unusable_connectors(self._catalog):
            self._children.tell([STATUS_BOARD], ConnectorChanged(view=view))

    def _settled(self, name: str) -> None:
        if name in self._unsettled:
            self._unsettled.discard(name)
            if not self._unsettled:
                tell(self.actor_ref, StartAnswering())

    def _bury(self, died: ChildDied) -> None:
        """Start a child anew after a pause, unless nothing more can be hoped for."""
        if self._is_stopping:
            self._stopped(died.name)
            if self._is_closing:
                self._close_last()
            return
        delay_s = self._crashes[died.name].delay_s(self._services.timer.now_s())
        if died.name in self._unready or delay_s is None:
            self._must_end(EndReason.CHILD_FAILED, died.name, died.error)
            return
        _log.error("%s died and starts anew in %.1f s", died.name, delay_s, exc_info=died.error)
        self._services.timer.tell_later(delay_s, self.actor_ref, _Restart(name=died.name))

    def _iggy_changed(self, change: IggyStatusChanged) -> None:
        self._iggy = change.status
        if change.error is None:
            self._has_been_connected = True
            _log.info("Connected to Iggy at %s", self._runtime.iggy.address)
        elif isinstance(change.error, LoginRefusedError) and not self._has_been_connected:
            self._must_end(EndReason.LOGIN_REFUSED, IGGY_ADMIN, change.error)
        else:
            _log.warning("No connection to Iggy: %s", change.error)

    def _must_end(self, reason: EndReason, child: str, error: Exception | None) -> None:
        self._end = self._end or RuntimeEnd(reason=reason, child=child, error=error)
        self._tell_end()

    def _tell_end(self) -> None:
        if self._end is not None:
            for reply_to in self._end_awaited_by:
                reply_to.set(self._end)

    def _stop_connectors(self, timeout_s: float) -> None:
        if self._is_closed:
            self._closed()
        if len(self._stop_awaited_by) > 1:
            return
        self._unstopped = set(self._connectors())
        self._children.tell(self._unstopped, StopConnector())
        self._services.timer.tell_later(timeout_s, self.actor_ref, _StopOverdue())
        if not self._unstopped:
            self._close()

    def _connector_stopped(self, stopped: ConnectorStopped) -> None:
        name = connector_name(stopped.kind, stopped.key)
        if stopped.left_behind:
            self._unfinished = (*self._unfinished, name)
        self._stopped(name)

    def _stop_overdue(self) -> None:
        if not self._is_closing:
            self._unfinished = (*self._unfinished, *sorted(self._unstopped))
            self._close()

    def _stopped(self, name: str) -> None:
        if name in self._unstopped:
            self._unstopped.discard(name)
            if not self._unstopped and not self._is_closing:
                self._close()

    def _close(self) -> None:
        """End all that is left, the web server last, and answer when that is done."""
        self._is_closing = True
        for name in self._connectors():
            self._children.abandon(name)
        for name in self._children.names():
            if name != WEB_SERVER:
                self._children.stop(name)
        self._services.timer.tell_later(_CLOSE_LIMIT_S, self.actor_ref, _CloseOverdue())
        self._close_last()

    def _close_last(self) -> None:
        names = self._children.names()
        if names == (WEB_SERVER,):
            self._children.stop(WEB_SERVER)
        elif not names:
            self._closed()

    def _closed(self) -> None:
        self._is_closed = True
        for reply_to in self._stop_awaited_by:
            reply_to.set(Stopped(unfinished=self._unfinished))

    def _connectors(self) -> list[str]:
        return [name for name in self._children.names() if name.startswith(tuple(Kind))]
