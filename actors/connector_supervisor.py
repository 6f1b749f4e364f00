"""Keeps one connector alive: its Iggy clients and its plugin, all of them or none.

When one part dies the others are brought to their end, and all start anew: half a group would
wait for an answer that never comes, or read on past a lost batch.
"""

import logging
from dataclasses import dataclass
from enum import Enum, auto

from actors.connector_group import connector_group
from actors.connector_health import PLUGIN, ConnectorHealth, text_of
from actors.connector_log import connector_log
from actors.core import Actor, ActorError, ChildDied, Children, Control, Lineage, tell
from actors.data_path import BatchGivenUp
from actors.failure import FailureJudge
from actors.iggy.iggy_error import NotFoundError
from actors.intent import Intent
from actors.lifecycle import (
    ConnectorSettled,
    ConnectorStopped,
    Drain,
    Finish,
    IntentChanged,
    Reintroduce,
    StopConnector,
)
from actors.plugin_watch import PluginWatch
from actors.reports import Closing, Counted, Here, Report, Troubled, Working
from actors.services import Services
from actors.status_board import STATUS_BOARD, ConnectorChanged
from config.errors import ConfigError, ConnectError
from config.model import IggyConfig, SinkConfig, SourceConfig
from connectors.contain import BrokenPluginError

_CLIENTS_END_WITHIN_S = 10.0
_MOST_LEFT_BEHIND = 3


class _Phase(Enum):
    UP = auto()
    WINDING_DOWN = auto()
    DOWN = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restart(Control):
    plugin_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look(Control):
    plugin_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _ClientsOverdue(Control):
    plugin_id: int


class ConnectorSupervisor(Actor):
    """Started by the Supervisor, once for every connector."""

    def __init__(
        self,
        lineage: Lineage,
        *,
        services: Services,
        iggy: IggyConfig,
        config: SinkConfig | SourceConfig,
        intent: Intent = Intent.RUN,
    ) -> None:
        super().__init__(lineage)
        self._parent = lineage.parent
        self._services = services
        self._timer = services.timer
        self._config = config
        self._intent = intent
        self._start_group = connector_group(config, services=services, iggy=iggy)
        self._log = connector_log(config.kind, config.key)
        self._health = ConnectorHealth(config)
        self._judge = FailureJudge(config.restart, config.retry)
        self._watch = PluginWatch(config.kind, config.timeouts)
        self._phase = _Phase.DOWN
        self._cause: Exception | None = None
        self._was_opening = False
        self._told: dict[str, str] = {}
        self._left_behind: set[int] = set()
        self._is_ending = False
        self._is_settled = False

    def on_started(self) -> None:
        """Start all parts, unless a person wants otherwise."""
        self._children = Children(self.actor_ref)
        self._publish()
        if self._intent is Intent.RUN:
            self._start()
        else:
            self._park()

    def on_ended(self) -> None:
        """Leave no part behind."""
        self._children.tell(self._children.names(), Drain())
        self._children.tell(self._clients(), Finish())

    def on_receive(self, message: object) -> None:
        """Follow the parts, and what people and the Supervisor want."""
        match message:
            case Report() if self._children.is_current(message.part, message.incarnation):
                self._take(message)
            case ChildDied() if self._children.is_current(message.name, message.incarnation):
                self._children.remove(message.name)
                self._bury(message.name, message.error)
            case ChildDied():
                self._left_behind.discard(message.incarnation)
            case _Restart() if self._may_start and self._is_now(message.plugin_id):
                self._start()
            case _Look() if self._is_now(message.plugin_id):
                self._look()
            case _ClientsOverdue() if self._is_now(message.plugin_id):
                self._leave_behind(self._clients())
            case IntentChanged():
                self._change_intent(message.intent)
            case StopConnector() if not self._is_ending:
                self._is_ending = True
                self._end()
            case Reintroduce():
                self._publish()

    @property
    def _may_start(self) -> bool:
        is_wanted = self._intent is Intent.RUN and not self._is_ending
        return is_wanted and self._phase is _Phase.DOWN

    def _is_now(self, plugin_id: int) -> bool:
        return self._health.view.plugin_id == plugin_id

    def _start(self) -> None:
        self._phase, self._cause = _Phase.UP, None
        self._start_group(self._children)
        self._health.started(self._children.names(), plugin_id=next(self._services.plugin_ids))
        self._watch.opening(self._timer.now_s())
        self._look_later()
        self._publish()

    def _take(self, report: Report) -> None:
        was_running = self._health.is_running
        if self._phase is _Phase.UP or isinstance(report, Counted):
            self._health.take(report)
        match report:
            case Here():
                self._watch.here(report.number)
                return
            case Closing():
                self._watch.closing(self._timer.now_s())
            case Troubled():
                self._log_trouble(report)
            case Working():
                self._told.pop(report.part, None)
                if report.part == PLUGIN and self._phase is _Phase.UP:
                    self._watch.working()
                if self._health.is_running and not was_running:
                    self._log.info("Running")
                    self._judge.running(self._timer.now_s())
        self._publish()

    def _log_trouble(self, report: Troubled) -> None:
        """Say it, with a traceback the first time where that may help to find the cause."""
        error, text = report.error, text_of(report.error)
        is_news = self._told.get(report.part) != text
        self._told[report.part] = text
        level = logging.INFO if isinstance(error, NotFoundError) else logging.WARNING
        is_known_kind = isinstance(error, (ConnectError, OSError))
        self._log.log(
            level,
            "%s: %s (again in %.1f s)",
            report.part,
            text,
            report.retry_in_s,
            exc_info=error if is_news and not is_known_kind else None,
        )

    def _bury(self, name: str, error: Exception | None) -> None:
        """Bring the others to their end after the end of one part; then decide."""
        if self._phase is _Phase.UP:
            self._cause = error or ActorError(f"{name} has ended")
            self._was_opening = name == PLUGIN and not self._health.has_opened
            self._wind_down()
        elif error is not None:
            self._log.warning("%s failed on the way to its end: %s", name, text_of(error))
        if name != PLUGIN:
            self._children.tell([PLUGIN], BatchGivenUp())
        if self._children.find(PLUGIN) is None and self._clients():
            self._children.tell(self._clients(), Finish())
            overdue = _ClientsOverdue(plugin_id=self._health.view.plugin_id)
            self._timer.tell_later(_CLIENTS_END_WITHIN_S, self.actor_ref, overdue)
        if not self._children.names():
            self._all_gone()

    def _wind_down(self) -> None:
        self._phase = _Phase.WINDING_DOWN
        self._watch.ending(self._timer.now_s())
        self._children.tell(self._children.names(), Drain())

    def _all_gone(self) -> None:
        self._phase = _Phase.DOWN
        if self._is_ending or self._intent is not Intent.RUN:
            self._park()
        elif self._cause is None:
            self._start()
        else:
            self._restart_later(self._cause)

    def _park(self) -> None:
        self._health.stopped(paused=self._intent is Intent.PAUSE)
        self._publish()
        if self._is_ending:
            stopped = ConnectorStopped(
                kind=self._config.kind,
                key=self._config.key,
                left_behind=len(self._left_behind),
            )
            tell(self._parent, stopped)

    def _restart_later(self, cause: Exception) -> None:
        delay_s = self._judge.delay_s(cause, self._timer.now_s())
        message = text_of(cause)
        if self._was_opening and not isinstance(cause, ConfigError):
            message = f"Plugin initialization failed: {message}"
        if len(self._left_behind) >= _MOST_LEFT_BEHIND:
            delay_s = None
            message += f"; {len(self._left_behind)} threads of this plugin do not end"
        self._health.failed(message, restart_in_s=delay_s)
        is_clear = isinstance(cause, (ConnectError, OSError)) and not isinstance(
            cause, BrokenPluginError
        )
        exc_info = None if is_clear else cause
        if delay_s is None:
            self._log.error("Stopped until a person acts: %s", message, exc_info=exc_info)
        else:
            self._log.warning("%s (restart in %.1f s)", message, delay_s, exc_info=exc_info)
            restart = _Restart(plugin_id=self._health.view.plugin_id)
            self._timer.tell_later(delay_s, self.actor_ref, restart)
        self._publish()

    def _change_intent(self, intent: Intent) -> None:
        self._intent = intent
        if intent is not Intent.RUN:
            self._end()
        elif self._may_start:
            self._judge.forgive()
            self._start()

    def _end(self) -> None:
        """Wind down because somebody wants that."""
        if self._phase is _Phase.DOWN:
            self._park()
            return
        self._health.stopping()
        self._publish()
        if self._phase is _Phase.UP:
            self._wind_down()

    def _look(self) -> None:
        """Leave a plugin behind that takes too long; what it still does is ignored."""
        stuck = self._watch.look(self._timer.now_s(), self._children, PLUGIN)
        if self._children.find(PLUGIN) is None:
            return
        if stuck is None:
            self._look_later()
            return
        if self._phase is _Phase.UP:
            self._cause, self._was_opening = ActorError(stuck), False
            self._wind_down()
        self._log.error("The plugin is left behind: %s", stuck)
        self._leave_behind([PLUGIN])

    def _look_later(self) -> None:
        look = _Look(plugin_id=self._health.view.plugin_id)
        self._timer.tell_later(self._watch.look_after_s, self.actor_ref, look)

    def _leave_behind(self, names: list[str]) -> None:
        for name in names:
            self._left_behind.add(self._children.abandon(name))
            self._bury(name, None)

    def _clients(self) -> list[str]:
        return [name for name in self._children.names() if name != PLUGIN]

    def _publish(self) -> None:
        self._services.directory.tell(STATUS_BOARD, ConnectorChanged(view=self._health.view))
        if self._health.is_settled and not self._is_settled:
            self._is_settled = True
            tell(self._parent, ConnectorSettled(kind=self._config.kind, key=self._config.key))
