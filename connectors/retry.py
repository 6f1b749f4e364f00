"""Tries again what fails for a moment, for plugins, in the thread of the plugin.

The runtime itself repeats an `open`, `consume` or `poll` that fails, with pauses that grow. This
is for a single request inside one of them, so that not all of it begins anew.
"""

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from connectors.errors import RetryableError
from connectors.stopping import Stopping, wait_async

T = TypeVar("T")

Errors = type[Exception] | tuple[type[Exception], ...]

_PASSING: Errors = (RetryableError, OSError)
_JITTER = 0.2


def retry(
    action: Callable[[], T],
    *,
    stopping: Stopping,
    attempts: int = 5,
    initial_delay_s: float = 0.1,
    max_delay_s: float = 5.0,
    on: Errors = _PASSING,
) -> T:
    """Return what `action` returns, after at most `attempts` calls of it.

    The pauses double, from `initial_delay_s` to `max_delay_s`, and vary by a fifth; a
    RetryableError's `retry_after_s` comes first, but one that is longer than `max_delay_s` is
    left to the runtime. Raises the last error when the attempts are used up or as soon as
    `stopping` is set, and at once an error that is not one of `on`.
    """
    pauses = _Pauses(attempts, initial_delay_s, max_delay_s)
    while True:
        try:
            return action()
        except on as error:
            pause_s = pauses.after(error)
            if pause_s is None or stopping.wait(pause_s):
                raise


async def retry_async(
    action: Callable[[], Awaitable[T]],
    *,
    stopping: Stopping,
    attempts: int = 5,
    initial_delay_s: float = 0.1,
    max_delay_s: float = 5.0,
    on: Errors = _PASSING,
) -> T:
    """Do what `retry` does, for an `async def`."""
    pauses = _Pauses(attempts, initial_delay_s, max_delay_s)
    while True:
        try:
            return await action()
        except on as error:
            pause_s = pauses.after(error)
            if pause_s is None or await wait_async(stopping, pause_s):
                raise


class _Pauses:
    def __init__(self, attempts: int, initial_delay_s: float, max_delay_s: float) -> None:
        self._left = attempts
        self._delay_s = min(initial_delay_s, max_delay_s)
        self._max_delay_s = max_delay_s

    def after(self, error: Exception) -> float | None:
        """Return how long to wait before the next attempt; None when there is to be none."""
        self._left -= 1
        if self._left <= 0:
            return None
        delay_s, self._delay_s = self._delay_s, min(self._delay_s * 2, self._max_delay_s)
        if isinstance(error, RetryableError) and error.retry_after_s is not None:
            return error.retry_after_s if error.retry_after_s <= self._max_delay_s else None
        return delay_s * random.uniform(1 - _JITTER, 1 + _JITTER)  # noqa: S311 - spreads load
