"""What kind of failure brought a connector down, and so what its supervisor does next."""

from actors.core import Backoff, RestartHistory, RestartPolicy
from actors.iggy.iggy_error import IggyError
from actors.state_directory import StateError
from config.errors import ConfigError
from config.policies import RestartConfig, RetryConfig
from connectors import FatalError, RetryableError

HOPELESS = (ConfigError, FatalError)
PASSING = (RetryableError, IggyError, StateError, OSError)

_HEALTHY_AFTER_S = 60.0


class FailureJudge:
    """Belongs to one ConnectorSupervisor and is used in its thread only; monotonic seconds.

    Failures that pass by themselves are waited out, however long that takes; of crashes only so
    many within a time; what is hopeless waits for a person.
    """

    def __init__(self, restart: RestartConfig, retry: RetryConfig) -> None:
        self._backoff = Backoff(initial_s=retry.initial_delay_s, max_s=retry.max_delay_s)
        self._policy = RestartPolicy(
            intensity=restart.intensity, period_s=restart.period_s, backoff=self._backoff
        )
        self._running_since_s: float | None = None
        self.forgive()

    def forgive(self) -> None:
        """Forget what was: a person has acted."""
        self._crashes = RestartHistory(self._policy)
        self._passing_failures = 0

    def running(self, now_s: float) -> None:
        """Take note that the connector runs."""
        if self._running_since_s is None:
            self._running_since_s = now_s

    def delay_s(self, cause: Exception, now_s: float) -> float | None:
        """Return the pause before the restart after a failure, None for no restart."""
        since_s, self._running_since_s = self._running_since_s, None
        if since_s is not None and now_s - since_s >= _HEALTHY_AFTER_S:
            self._passing_failures = 0
        if isinstance(cause, HOPELESS):
            return None
        if isinstance(cause, PASSING):
            self._passing_failures += 1
            return self._backoff.delay_s(self._passing_failures)
        return self._crashes.delay_s(now_s)
