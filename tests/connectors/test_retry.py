import asyncio
from collections.abc import Callable

import pytest

from connectors import FatalError, RetryableError, retry, retry_async


class Clock:
    """A stopping that waits no time, and says stop at the given pause."""

    def __init__(self, stop_at: int | None = None) -> None:
        self.pauses: list[float] = []
        self.stop_at = stop_at

    def wait(self, timeout: float | None = None, /) -> bool:
        self.pauses.append(timeout or 0.0)
        return self.is_set()

    def is_set(self) -> bool:
        return len(self.pauses) == self.stop_at


def failing(*errors: Exception) -> Callable[[], str]:
    left = list(errors)

    def action() -> str:
        if left:
            raise left.pop(0)
        return "done"

    return action


def test_what_fails_for_a_moment_is_tried_again_after_pauses_that_double() -> None:
    clock = Clock()
    action = failing(*(OSError(str(number)) for number in range(4)))

    assert retry(action, stopping=clock, initial_delay_s=1, max_delay_s=4) == "done"
    assert clock.pauses == [pytest.approx(expected, rel=0.2) for expected in (1.0, 2.0, 4.0, 4.0)]


def test_the_last_error_is_raised_when_the_attempts_are_used_up() -> None:
    clock = Clock()

    with pytest.raises(OSError, match="second"):
        retry(failing(OSError("first"), OSError("second")), stopping=clock, attempts=2)
    assert len(clock.pauses) == 1


def test_nothing_is_tried_again_when_it_is_time_to_end() -> None:
    with pytest.raises(OSError, match="first"):
        retry(failing(OSError("first")), stopping=Clock(stop_at=1))


@pytest.mark.parametrize("error", [FatalError("no"), ValueError("no")])
def test_other_errors_are_raised_at_once(error: Exception) -> None:
    clock = Clock()

    with pytest.raises(type(error)):
        retry(failing(error), stopping=clock)
    assert clock.pauses == []


def test_the_errors_to_try_again_after_can_be_chosen() -> None:
    assert retry(failing(KeyError("k")), stopping=Clock(), on=KeyError) == "done"


def test_the_other_sides_wish_is_respected_and_a_long_one_left_to_the_runtime() -> None:
    clock = Clock()
    wishes = [RetryableError("busy", retry_after_s=3), RetryableError("busy", retry_after_s=30)]

    with pytest.raises(RetryableError) as caught:
        retry(failing(*wishes), stopping=clock, max_delay_s=5)
    assert clock.pauses == [3]
    assert caught.value.retry_after_s == 30


def test_asynchronous_actions_are_tried_again_too() -> None:
    action = failing(OSError("first"))

    async def asynchronous() -> str:
        return action()

    assert asyncio.run(retry_async(asynchronous, stopping=Clock(), initial_delay_s=0)) == "done"


def test_an_asynchronous_action_is_not_tried_again_when_it_is_time_to_end() -> None:
    async def asynchronous() -> str:
        raise OSError("first")

    with pytest.raises(OSError, match="first"):
        asyncio.run(retry_async(asynchronous, stopping=Clock(stop_at=0)))
