"""Waits for what another process or thread brings about: by asking again, with a deadline."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

DEADLINE_S = 25.0
_PAUSE_S = 0.02


def eventually(look: Callable[[], T]) -> T:
    """Return the first true value of `look`; fail, showing the last one, when there is none."""
    ends_s = time.monotonic() + DEADLINE_S
    while not (seen := look()):
        if time.monotonic() > ends_s:
            raise AssertionError(f"not within {DEADLINE_S:g} s; seen last: {seen!r}")
        time.sleep(_PAUSE_S)
    return seen


def never(look: Callable[[], object], *, within_s: float) -> None:
    """Fail as soon as `look` is true; return after `within_s`."""
    ends_s = time.monotonic() + within_s
    while time.monotonic() < ends_s:
        seen = look()
        assert not seen, f"seen: {seen!r}"
        time.sleep(_PAUSE_S)
