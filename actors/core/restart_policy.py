"""How soon, and how often, something that failed is tried again."""

import random
from collections import deque
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Delays that double from `initial_s` to `max_s`, each shortened by up to a fifth at random."""

    initial_s: float = 0.5
    max_s: float = 30.0

    def delay_s(self, attempt: int) -> float:
        """Return the pause after the given failed attempt, counted from 1."""
        full_s = min(self.initial_s * 2.0 ** min(attempt - 1, 62), self.max_s)
        return full_s * random.uniform(0.8, 1.0)  # noqa: S311


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartPolicy:
    """At most `intensity` restarts within `period_s`; one more and a person has to act."""

    intensity: int = 5
    period_s: float = 60.0
    backoff: Backoff = Backoff()


class RestartHistory:
    """The restarts of one thing under a policy; times are monotonic seconds."""

    def __init__(self, policy: RestartPolicy) -> None:
        self._policy = policy
        self._restarts_s: deque[float] = deque(maxlen=policy.intensity)

    def delay_s(self, now_s: float) -> float | None:
        """Take note of a failure: return the pause before the restart, None for no restart."""
        restarts_s = self._restarts_s
        while restarts_s and restarts_s[0] <= now_s - self._policy.period_s:
            restarts_s.popleft()
        if len(restarts_s) == self._policy.intensity:
            return None
        restarts_s.append(now_s)
        return self._policy.backoff.delay_s(len(restarts_s))
