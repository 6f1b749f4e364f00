"""Notices that a plugin is stuck: in `open`, in a `consume`, or on its way to its end."""

from actors.core import Children, tell
from actors.lifecycle import AreYouThere
from config.model import Kind
from config.policies import TimeoutsConfig

_LONGEST_LOOK_S = 5.0
_POLL_ENDS_WITHIN_S = 30.0


class PluginWatch:
    """Belongs to one ConnectorSupervisor and is used in its thread only; monotonic seconds.

    A sink that works off its messages answers between two batches; one that does not answer is
    inside a `consume`. How long a source polls is its own affair, until it is to end.
    """

    def __init__(self, kind: Kind, timeouts: TimeoutsConfig) -> None:
        self._kind = kind
        self._timeouts = timeouts
        self._number = 0
        self._since_s: float | None = None
        self._limit_s: float | None = None
        self._doing = ""

    @property
    def look_after_s(self) -> float:
        """Return how long after one look the next is due."""
        limits = [self._timeouts.open_s, self._timeouts.consume_s, self._timeouts.close_s]
        shortest_s = min((limit for limit in limits if limit is not None), default=_LONGEST_LOOK_S)
        return min(shortest_s / 4, _LONGEST_LOOK_S)

    def opening(self, now_s: float) -> None:
        """Begin: the plugin is being opened."""
        self._begin("open", self._timeouts.open_s, now_s)

    def working(self) -> None:
        """Take note that the plugin is open."""
        self._doing, self._since_s = "consume", None

    def ending(self, now_s: float) -> None:
        """Take note that the plugin was told to finish what it does."""
        limit_s = self._timeouts.consume_s if self._kind is Kind.SINK else _POLL_ENDS_WITHIN_S
        self._begin("end", limit_s, now_s)

    def closing(self, now_s: float) -> None:
        """Take note that the plugin is being closed."""
        self._begin("close", self._timeouts.close_s, now_s)

    def here(self, number: int) -> None:
        """Take note that the plugin's actor has answered."""
        if number == self._number and self._doing == "consume":
            self._since_s = None

    def look(self, now_s: float, children: Children, name: str) -> str | None:
        """Ask for a sign of life where that helps; return what takes too long, else None."""
        if self._since_s is not None and self._limit_s is not None:
            if now_s - self._since_s <= self._limit_s:
                return None
            return f"{self._doing} takes longer than {self._limit_s:g} s"
        ref = children.find(name)
        if self._since_s is None and self._doing == "consume" and self._kind is Kind.SINK and ref:
            self._number += 1
            self._begin("consume", self._timeouts.consume_s, now_s)
            tell(ref, AreYouThere(number=self._number))
        return None

    def _begin(self, doing: str, limit_s: float | None, now_s: float) -> None:
        self._doing, self._limit_s, self._since_s = doing, limit_s, now_s
