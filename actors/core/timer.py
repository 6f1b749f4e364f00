"""Messages to be sent later, all from one thread."""

import heapq
import itertools
import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

from actors.core.errors import MailboxFullError
from actors.core.sending import tell

if TYPE_CHECKING:
    from actors.core.actor import Ref

_log = logging.getLogger(__name__)

_RETRY_S = 0.1
# The operating system takes no wait of centuries.
_LONGEST_WAIT_S = 3600.0


class Scheduled:
    """A message that is to be sent; `cancel` it unless it was."""

    def __init__(self, ref: "Ref", message: object) -> None:
        self.ref = ref
        self.message = message
        self.is_cancelled = False

    def cancel(self) -> None:
        """Do not send it."""
        self.is_cancelled = True


class Timer(Protocol):
    """A clock, and messages that it sends."""

    def now_s(self) -> float:
        """Return monotonic seconds."""

    def tell_later(self, delay_s: float, ref: "Ref", message: object) -> Scheduled:
        """Send `message` to `ref` in `delay_s` seconds."""


class TimerThread:
    """A `Timer` by the real clock; its daemon thread runs from `start` until `stop`."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Scheduled]] = []
        self._numbers = itertools.count()
        self._condition = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="timer", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing any more; returns when the thread has ended, within a second."""
        with self._condition:
            self._stopped = True
            self._condition.notify()
        if self._thread.is_alive():
            self._thread.join(1)

    def now_s(self) -> float:
        """Return monotonic seconds."""
        return time.monotonic()

    def tell_later(self, delay_s: float, ref: "Ref", message: object) -> Scheduled:
        """Send `message` to `ref` in `delay_s` seconds."""
        scheduled = Scheduled(ref, message)
        self._add(delay_s, scheduled)
        return scheduled

    def _add(self, delay_s: float, scheduled: Scheduled) -> None:
        with self._condition:
            heapq.heappush(self._due, (self.now_s() + delay_s, next(self._numbers), scheduled))
            self._condition.notify()

    def _run(self) -> None:
        while (scheduled := self._next()) is not None:
            if scheduled.is_cancelled:
                continue
            try:
                tell(scheduled.ref, scheduled.message)
            except MailboxFullError:
                self._add(_RETRY_S, scheduled)

    def _next(self) -> Scheduled | None:
        with self._condition:
            while not self._stopped:
                if not self._due:
                    self._condition.wait()
                    continue
                wait_s = self._due[0][0] - self.now_s()
                if wait_s <= 0:
                    return heapq.heappop(self._due)[2]
                self._condition.wait(min(wait_s, _LONGEST_WAIT_S))
        return None
