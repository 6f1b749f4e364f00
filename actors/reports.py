"""What the parts of a connector tell its supervisor about themselves.

A part is an actor of the connector's group; `incarnation` tells a part from the one it replaced,
so that what an abandoned thread reports late is ignored.
"""

from collections import Counter
from dataclasses import dataclass

from actors.core import Control, Lineage, Timer, tell

_COUNT_AFTER_S = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Report(Control):
    """Base of all reports."""

    part: str
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Working(Report):
    """The part does its job, or does it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Troubled(Report):
    """The part cannot do its job now; it tries again in `retry_in_s` seconds."""

    error: Exception
    retry_in_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginFound(Report):
    """The plugin is loaded; `version` is what it says of itself."""

    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicFound(Report):
    """A topic that the part uses is there; `durability` is None where the server does not tell."""

    stream: str
    topic: str
    durability: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Here(Report):
    """Answers `AreYouThere`."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing(Report):
    """The part has finished what was running and closes its plugin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted(Report):
    """Messages since the last such report.

    `received` came from Iggy or from the source; `delivered` are safe at the target or in Iggy;
    `filtered` were left out by transforms; `errors` could not be handled and were skipped.
    """

    received: int = 0
    delivered: int = 0
    filtered: int = 0
    errors: int = 0


class Reporter:
    """Sends a part's reports to the supervisor that started it; counts at most every 100 ms."""

    def __init__(self, lineage: Lineage, timer: Timer) -> None:
        self._supervisor = lineage.parent
        self._part = lineage.name
        self._incarnation = lineage.incarnation
        self._timer = timer
        self._counts: Counter[str] = Counter()
        self._counted_at_s = 0.0

    def working(self) -> None:
        """Report `Working`."""
        tell(self._supervisor, Working(part=self._part, incarnation=self._incarnation))

    def troubled(self, error: Exception, retry_in_s: float) -> None:
        """Report `Troubled`, and all that was counted."""
        self.flush()
        report = Troubled(
            part=self._part, incarnation=self._incarnation, error=error, retry_in_s=retry_in_s
        )
        tell(self._supervisor, report)

    def plugin_found(self, version: str) -> None:
        """Report `PluginFound`."""
        report = PluginFound(part=self._part, incarnation=self._incarnation, version=version)
        tell(self._supervisor, report)

    def topic_found(self, stream: str, topic: str, durability: str | None) -> None:
        """Report `TopicFound`."""
        report = TopicFound(
            part=self._part,
            incarnation=self._incarnation,
            stream=stream,
            topic=topic,
            durability=durability,
        )
        tell(self._supervisor, report)

    def here(self, number: int) -> None:
        """Report `Here`."""
        tell(self._supervisor, Here(part=self._part, incarnation=self._incarnation, number=number))

    def closing(self) -> None:
        """Report `Closing`."""
        tell(self._supervisor, Closing(part=self._part, incarnation=self._incarnation))

    def count(
        self, *, received: int = 0, delivered: int = 0, filtered: int = 0, errors: int = 0
    ) -> None:
        """Count, to be reported soon: `flush` before there is a pause."""
        self._counts.update(
            received=received, delivered=delivered, filtered=filtered, errors=errors
        )
        if self._timer.now_s() - self._counted_at_s >= _COUNT_AFTER_S:
            self.flush()

    def flush(self) -> None:
        """Report what was counted and not reported yet."""
        if any(self._counts.values()):
            counted = Counted(part=self._part, incarnation=self._incarnation, **self._counts)
            tell(self._supervisor, counted)
            self._counts.clear()
        self._counted_at_s = self._timer.now_s()
