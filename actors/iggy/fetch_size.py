"""How many messages one fetch asks for: many for a fast sink, few for a slow or a heavy one."""

from collections.abc import Sequence

from apache_iggy import ReceiveMessage

_MOST_MESSAGES = 10_000
_MOST_BYTES = 4 * 1024 * 1024
_AHEAD_S = 1.0
# A sink has three fetches at once, of different partitions perhaps: together a second's work.
_FETCH_S = 0.33
_FIRST_MESSAGES = 100
_SAMPLES = 16
_WEIGHT = 0.3


class FetchSize:
    """Learns from what the sink did; `batch_length` is the most that one `consume` gets.

    Of one partition the sink has at most what it takes in a second, so that the partition can be
    handed over soon, or one batch where that is more; and some MiB at most. Its `consumers` share
    that second.
    """

    def __init__(self, batch_length: int, *, consumers: int = 1) -> None:
        self._batch_length = batch_length
        self._consumers = consumers
        self._messages_per_s = 0.0
        self._message_bytes: float | None = None

    def ahead(self) -> int:
        """Return how many messages of a partition may be with the sink at once."""
        return self._within_bytes(self._in_time(_AHEAD_S))

    def next_count(self) -> int:
        """Return how many messages to ask for."""
        most = max(self._batch_length, _MOST_MESSAGES)
        return min(self.ahead(), self._in_time(_FETCH_S), most)

    def learn_speed(self, messages: int, took_s: float) -> None:
        """Take note that the sink dealt with `messages` in `took_s` seconds."""
        speed = messages / max(took_s, 1e-6)
        known = self._messages_per_s or speed
        self._messages_per_s = known + _WEIGHT * (speed - known)

    def learn_sizes(self, messages: Sequence[ReceiveMessage]) -> None:
        """Take note of how large the payloads of a fetch are, by samples."""
        samples = messages[:: max(1, len(messages) // _SAMPLES)]
        average = max(1.0, sum(message.length() for message in samples) / len(samples))
        known = self._message_bytes
        if known is None or average > known:
            self._message_bytes = average
        else:
            self._message_bytes = known + _WEIGHT * (average - known)

    def _in_time(self, time_s: float) -> int:
        return max(self._batch_length, int(self._messages_per_s * time_s / self._consumers))

    def _within_bytes(self, count: int) -> int:
        if self._message_bytes is None:
            return min(count, _FIRST_MESSAGES)
        return max(1, min(count, int(_MOST_BYTES / self._message_bytes)))
