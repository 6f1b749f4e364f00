"""What the runtime makes of an error, and how long it waits, whatever a plugin asks for."""

import math

import pytest

from actors.plugin_calls import as_exception, pause_after
from config.errors import ConnectError
from connectors import RetryableError

BACKOFF_S = 0.5
DAY_S = 86_400.0


@pytest.mark.parametrize("asked_s", [0.0, 12, 12.5, DAY_S])
def test_a_pause_is_as_long_as_the_target_asks(asked_s: float) -> None:
    assert pause_after(RetryableError("throttled", retry_after_s=asked_s), BACKOFF_S) == asked_s


@pytest.mark.parametrize("asked_s", [None, -1.0, math.nan, "12"])
def test_a_pause_that_is_none_is_left_to_the_backoff(asked_s: float | None) -> None:
    assert pause_after(RetryableError("throttled", retry_after_s=asked_s), BACKOFF_S) == BACKOFF_S


@pytest.mark.parametrize("asked_s", [DAY_S + 1, 1e300, math.inf])
def test_no_pause_is_longer_than_a_day(asked_s: float) -> None:
    assert pause_after(RetryableError("throttled", retry_after_s=asked_s), BACKOFF_S) == DAY_S


def test_other_errors_leave_the_pause_to_the_backoff() -> None:
    assert pause_after(OSError("no route"), BACKOFF_S) == BACKOFF_S


def test_an_ordinary_error_stays_what_it_is() -> None:
    error = OSError("no route")
    assert as_exception(error) is error


def test_what_is_no_ordinary_error_becomes_one_whose_traceback_is_shown() -> None:
    error = SystemExit("enough")
    ordinary = as_exception(error)

    assert str(ordinary) == "SystemExit: enough"
    assert ordinary.__cause__ is error
    assert not isinstance(ordinary, ConnectError)
