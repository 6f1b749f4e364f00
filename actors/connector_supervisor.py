"""Keeps one connector alive: its Iggy clients and its plugin, all of them or none.

When one part dies the others are brought to their end, and all start anew: half a group would
wait for an answer that never comes, or read on past a lost batch.
"""

from dataclasses import dataclass
from enum import Enum, auto

from actors.connector_group import connector_group
from actors.connector_health import PLUGIN, ConnectorHealth, text_of
from actors.connector_log import connector_log
from actors.core import (
    Actor,
    ActorError,
    Backoff,
    ChildDied,
    Children,
    Control,
    Lineage,
    RestartHistory,
    RestartPolicy,
    tell,
)
from actors.data_path import BatchGivenUp
from actors.iggy.iggy_error import IggyError
from actors.lifecycle import (
    ConnectorSettled,
    ConnectorStopped,
    Drain,
    Finish,
    Reintroduce,
    StopConnector,
)
from actors.reports import Report, Troubled, Working
from actors.services import Services
from actors.state_directory import StateError
from actors.status_board import STATUS_BOARD, ConnectorChanged
from config.errors import ConfigError
from config.model import IggyConfig, SinkConfig, SourceConfig
from connectors import FatalError, RetryableError

_CRASHES = RestartPolicy()
_RETRIES = Backoff()
_HEALTHY_AFTER_S = 60.0
_WIND_DOWN_LIMIT_S = 10.0

_HOPELESS = (ConfigError, FatalError)
_PASSING = (RetryableError, IggyError, StateError, OSError)


class _Phase(Enum):
    UP = auto()
    WINDING_DOWN = auto()
    DOWN = auto()
    STOPPING = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Restart(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _WindDownOverdue(Control):
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
    ) -> None:
        super().__init__(lineage)
        self._parent = lineage.parent
        self._services = services
        self._config = config
        self._start_group = connector_group(config, services=services, iggy=iggy)
        self._log = connector_log(config.kind, config.key)
        self._health = ConnectorHealth(config)
        self._crashes = RestartHistory(_CRASHES)
        self._retries = 0
        self._running_since_s: float | None = None
        self._phase = _Phase.DOWN
        self._cause: Exception = ActorError("not started")
        self._failed_to_open = False
        self._is_settled = False

    def on_started(self) -> None:
        """Start all parts."""
        self._children = Children(self.actor_ref)
        self._start()

    def on_ended(self) -> None:
        """Leave no part behind."""
        self._children.tell(self._children.names(), Drain())
        self._children.tell(self._clients(), Finish())

    def on_receive(self, message: object) -> None:
        """Follow the parts, and what the Supervisor wants."""
        match message:
            case Report() if self._children.is_current(message.part, message.incarnation):
                self._take(message)
            case ChildDied() if self._children.is_current(message.name, message.incarnation):
                self._children.remove(message.name)
                self._bury(message)
            case _Restart() if self._phase is _Phase.DOWN:
                self._start()
            case _WindDownOverdue() if self._winds_down(message.plugin_id):
                self._abandon()
            case StopConnector() if self._phase is not _Phase.STOPPING:
                self._stop()
            case Reintroduce():
                self._publish()

    def _start(self) -> None:
        self._phase = _Phase.UP
        self._start_group(self._children)
        self._health.started(self._children.names(), plugin_id=next(self._services.plugin_ids))
        self._publish()

    def _take(self, report: Report) -> None:
        was_running = self._health.is_running
        if self._phase is _Phase.UP:
            self._health.take(report)
        now_s = self._services.timer.now_s()
        match report:
            case Troubled():
                self._log.warning(
                    "%s: %s (again in %.1f s)",
                    report.part,
                    text_of(report.error),
                    report.retry_in_s,
                )
            case Working() if self._health.is_running and not was_running:
                self._log.info("Running")
                self._running_since_s = now_s
        self._publish()

    def _bury(self, died: ChildDied) -> None:
        """Bring the others to their end after the death of one part, then decide."""
        if self._phase is _Phase.UP:
            self._cause = died.error or ActorError(f"{died.name} has ended")
            self._failed_to_open = died.name == PLUGIN and not self._health.has_opened
            self._phase = _Phase.WINDING_DOWN
            self._children.tell(self._children.names(), Drain())
            self._services.timer.tell_later(
                _WIND_DOWN_LIMIT_S,
                self.actor_ref,
                _WindDownOverdue(plugin_id=self._health.view.plugin_id),
            )
        if died.name != PLUGIN:
            self._children.tell([PLUGIN], BatchGivenUp())
        if self._children.find(PLUGIN) is None:
            self._children.tell(self._clients(), Finish())
        if not self._children.names():
            self._all_gone()

    def _all_gone(self) -> None:
        if self._phase is _Phase.STOPPING:
            self._health.stopped()
            self._publish()
            tell(self._parent, ConnectorStopped(kind=self._config.kind, key=self._config.key))
            return
        self._phase = _Phase.DOWN
        delay_s = self._restart_delay_s()
        message = text_of(self._cause)
        if self._failed_to_open and not isinstance(self._cause, ConfigError):
            message = f"Plugin initialization failed: {message}"
        self._health.failed(message, restart_in_s=delay_s)
        is_ours = isinstance(self._cause, (*_HOPELESS, *_PASSING))
        exc_info = None if is_ours else self._cause
        if delay_s is None:
            self._log.error("Stopped until a person acts: %s", message, exc_info=exc_info)
        else:
            self._log.warning("%s (restart in %.1f s)", message, delay_s, exc_info=exc_info)
            self._services.timer.tell_later(delay_s, self.actor_ref, _Restart())
        self._publish()

    def _restart_delay_s(self) -> float | None:
        """Judge by the cause: never again, after a pause that grows, or only so many times."""
        now_s = self._services.timer.now_s()
        if self._running_since_s is not None and now_s - self._running_since_s > _HEALTHY_AFTER_S:
            self._retries = 0
        self._running_since_s = None
        if isinstance(self._cause, _HOPELESS):
            return None
        if isinstance(self._cause, _PASSING):
            self._retries += 1
            return _RETRIES.delay_s(self._retries)
        return self._crashes.delay_s(now_s)

    def _winds_down(self, plugin_id: int) -> bool:
        is_late = self._health.view.plugin_id == plugin_id
        return self._phase is _Phase.WINDING_DOWN and is_late

    def _abandon(self) -> None:
        """Go on without the parts that do not end; what they still report is ignored."""
        for name in self._children.names():
            self._log.error("%s does not end and is left behind", name)
            self._children.tell([name], Finish())
            self._children.remove(name)
        self._all_gone()

    def _stop(self) -> None:
        self._phase = _Phase.STOPPING
        self._health.stopping()
        self._publish()
        self._children.tell(self._children.names(), Drain())
        if not self._children.names():
            self._all_gone()

    def _clients(self) -> list[str]:
        return [name for name in self._children.names() if name != PLUGIN]

    def _publish(self) -> None:
        self._services.directory.tell(STATUS_BOARD, ConnectorChanged(view=self._health.view))
        if self._health.is_settled and not self._is_settled:
            self._is_settled = True
            tell(self._parent, ConnectorSettled(kind=self._config.kind, key=self._config.key))
