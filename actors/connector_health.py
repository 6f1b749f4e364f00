"""How one connector stands: folds the reports of its parts into the view that everybody sees."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from actors.queries import ConnectorStatus, ConnectorView, ErrorView, TopicView
from actors.reports import Counted, PluginFound, Report, TopicFound, Troubled, Working
from config.errors import ConnectError
from config.model import Kind, SinkConfig, SourceConfig

PLUGIN = "plugin"

_MOST_RECENT_ERRORS = 10
_LONGEST_TEXT = 2000
_SETTLED = (ConnectorStatus.RUNNING, ConnectorStatus.ERROR, ConnectorStatus.STOPPED)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trouble:
    error: ErrorView
    next_retry_at_us: int | None


class ConnectorHealth:
    """Belongs to one ConnectorSupervisor and is used in its thread only.

    A sink whose plugin fails is `running`, since that is what it goes on doing. A source that
    cannot do its job, and a connector that has lost Iggy, is in `error` until it can again.
    """

    def __init__(self, config: SinkConfig | SourceConfig) -> None:
        self._idle: set[str] = set()
        self._troubles: dict[str, _Trouble] = {}
        self._has_run = False
        self.view = ConnectorView(
            kind=config.kind,
            key=config.key,
            name=config.name,
            path=config.path,
            plugin_id=0,
            version="unknown",
            enabled=config.enabled,
            status=ConnectorStatus.STARTING,
            last_error=None,
            next_retry_at_us=None,
            needs_attention=False,
            restarts=0,
            streams=config.streams,
            plugin_config_format=config.plugin_config_format,
            received=0,
            delivered=0,
            filtered=0,
            errors=0,
        )

    @property
    def has_opened(self) -> bool:
        """Tell whether the plugin has been opened since the last start."""
        return PLUGIN not in self._idle

    @property
    def is_running(self) -> bool:
        """Tell whether the status is `running`."""
        return self.view.status is ConnectorStatus.RUNNING

    @property
    def is_settled(self) -> bool:
        """Tell whether the connector has got as far as it gets by itself for now."""
        return self.view.status in _SETTLED

    def started(self, parts: Iterable[str], *, plugin_id: int) -> None:
        """Take note that all parts were started; from the second time on that is a restart."""
        self._idle = set(parts)
        self._troubles.clear()
        restarts = self.view.restarts + (self.view.plugin_id != 0)
        self._change(plugin_id=plugin_id, restarts=restarts, paused=False)
        self._judge()

    def take(self, report: Report) -> None:
        """Fold in what a part reports."""
        match report:
            case Working():
                self._idle.discard(report.part)
                self._troubles.pop(report.part, None)
                self._judge()
            case Troubled():
                trouble = _trouble(text_of(report.error), report.retry_in_s)
                self._troubles[report.part] = trouble
                self._remember(trouble.error)
                self._judge()
            case PluginFound():
                self._change(version=report.version)
            case TopicFound():
                self._found(
                    TopicView(
                        stream=report.stream, topic=report.topic, durability=report.durability
                    )
                )
            case Counted():
                self._change(
                    received=self.view.received + report.received,
                    delivered=self.view.delivered + report.delivered,
                    filtered=self.view.filtered + report.filtered,
                    errors=self.view.errors + report.errors,
                )

    def failed(self, message: str, *, restart_in_s: float | None) -> None:
        """Take note that the connector is down; without `restart_in_s` until a person acts."""
        trouble = _trouble(message, restart_in_s)
        self._remember(trouble.error)
        self._change(
            status=ConnectorStatus.ERROR,
            last_error=trouble.error,
            next_retry_at_us=trouble.next_retry_at_us,
            needs_attention=restart_in_s is None,
        )

    def stopping(self) -> None:
        """Take note that the connector comes to its end."""
        self._change(status=ConnectorStatus.STOPPING, next_retry_at_us=None)

    def stopped(self, *, paused: bool = False) -> None:
        """Take note that the connector has ended, or pauses."""
        self._change(
            status=ConnectorStatus.STOPPED,
            last_error=None,
            next_retry_at_us=None,
            needs_attention=False,
            paused=paused,
        )

    def _judge(self) -> None:
        """Draw the status from what the parts have reported."""
        latest = max(
            self._troubles.values(), key=lambda trouble: trouble.error.timestamp_us, default=None
        )
        harmless = {PLUGIN} if self.view.kind is Kind.SINK else set()
        if not self._idle and self._troubles.keys() <= harmless:
            status = ConnectorStatus.RUNNING
            self._has_run = True
        elif self._troubles and (self._has_run or not self._idle):
            status = ConnectorStatus.ERROR
        else:
            status = ConnectorStatus.STARTING
        self._change(
            status=status,
            last_error=latest and latest.error,
            next_retry_at_us=latest and latest.next_retry_at_us,
            needs_attention=False,
        )

    def _found(self, topic: TopicView) -> None:
        """Keep the topics in order, each as it was found last."""
        known = {(one.stream, one.topic): one for one in self.view.topics}
        known[topic.stream, topic.topic] = topic
        self._change(topics=tuple(known[place] for place in sorted(known)))

    def _remember(self, error: ErrorView) -> None:
        """Keep the latest errors; the same once more is no news."""
        known = self.view.recent_errors
        if not known or known[-1].message != error.message:
            self._change(recent_errors=(*known, error)[-_MOST_RECENT_ERRORS:])

    def _change(self, **changes: Any) -> None:
        self.view = replace(self.view, **changes)


def text_of(error: Exception) -> str:
    """Return the words for people, cut; the type too where the error is not one of ours."""
    kind = type(error).__name__
    try:
        words = str(error)
    except Exception:  # noqa: BLE001, a plugin's error may do anything
        words = ""
    if words and not isinstance(error, ConnectError):
        words = f"{kind}: {words}"
    return words[:_LONGEST_TEXT] or kind


def _trouble(message: str, retry_in_s: float | None) -> _Trouble:
    now_s = time.time()
    return _Trouble(
        error=ErrorView(message=message, timestamp_us=int(now_s * 1e6)),
        next_retry_at_us=None if retry_in_s is None else int((now_s + retry_in_s) * 1e6),
    )
