"""A clock that stands still until a test moves it, and then sends what is due."""

import itertools
import threading

from actors.core import Ref, Scheduled
from actors.core.sending import tell


class ManualTimer:
    """A `Timer` for tests: actors schedule in their threads, the test moves the clock."""

    def __init__(self, now_s: float = 1000.0) -> None:
        self._now_s = now_s
        self._condition = threading.Condition()
        self._numbers = itertools.count()
        self._waiting: list[tuple[float, int, Scheduled]] = []

    def now_s(self) -> float:
        """Return the seconds that the clock shows."""
        with self._condition:
            return self._now_s

    def tell_later(self, delay_s: float, ref: Ref, message: object) -> Scheduled:
        """Send `message` to `ref` when the clock has moved on by `delay_s` seconds."""
        scheduled = Scheduled(ref, message)
        with self._condition:
            self._waiting.append((self._now_s + delay_s, next(self._numbers), scheduled))
            self._condition.notify_all()
        return scheduled

    def advance(self, seconds: float) -> None:
        """Move the clock, and send what falls due, the earliest first.

        What a receiver schedules in answer to that waits for the next `advance`.
        """
        with self._condition:
            self._now_s += seconds
            due = sorted(entry for entry in self._waiting if entry[0] <= self._now_s)
            self._waiting = [entry for entry in self._waiting if entry[0] > self._now_s]
        for _, _, scheduled in due:
            if not scheduled.is_cancelled:
                tell(scheduled.ref, scheduled.message)

    def wait_for_scheduled(self, message_type: type, *, timeout_s: float = 5.0) -> float:
        """Wait until a message of that type is scheduled, and return in how many seconds it is due.

        Raises AssertionError with what is scheduled instead.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._delays_s(message_type), timeout_s)
            delays_s = self._delays_s(message_type)
            rest = [type(scheduled.message).__name__ for _, _, scheduled in self._waiting]
            assert delays_s, f"no {message_type.__name__} scheduled in {timeout_s} s, but {rest}"
            return min(delays_s)

    def scheduled(self, message_type: type) -> int:
        """Count the messages of that type that are to be sent."""
        with self._condition:
            return len(self._delays_s(message_type))

    def _delays_s(self, message_type: type) -> list[float]:
        return [
            due_s - self._now_s
            for due_s, _, scheduled in self._waiting
            if isinstance(scheduled.message, message_type) and not scheduled.is_cancelled
        ]
