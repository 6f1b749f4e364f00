"""Which failures are waited out, which count as crashes, and which wait for a person."""

import pytest

from actors.core import ActorError
from actors.failure import FailureJudge
from actors.iggy.iggy_error import ConnectionLostError, IggyTimeoutError
from actors.state_directory import StateError
from config.errors import ConfigError
from config.policies import RestartConfig, RetryConfig
from connectors import FatalError, RetryableError

PASSING = [
    RetryableError("down"),
    ConnectionLostError("gone"),
    IggyTimeoutError("late"),
    StateError("disk full"),
    ConnectionRefusedError("down"),
    TimeoutError("late"),
    OSError("no route"),
]
CRASHES = [ValueError("bare"), ActorError("SystemExit"), KeyError("x"), RecursionError()]
HOPELESS = [FatalError("bad credentials"), ConfigError("no such plugin")]

INTENSITY = 3
PERIOD_S = 60.0


@pytest.fixture
def judge() -> FailureJudge:
    return FailureJudge(RestartConfig(intensity=INTENSITY, period_s=PERIOD_S), RetryConfig())


@pytest.mark.parametrize("cause", PASSING, ids=repr)
def test_what_passes_is_waited_out_for_ever_with_pauses_up_to_the_limit(
    judge: FailureJudge, cause: Exception
) -> None:
    pauses_s = [judge.delay_s(cause, now_s=0.0) for _ in range(1000)]
    assert pauses_s[0] is not None
    assert pauses_s[0] <= 0.5
    assert all(pause_s is not None and 24 <= pause_s <= 30 for pause_s in pauses_s[6:])


@pytest.mark.parametrize("cause", CRASHES, ids=repr)
def test_one_crash_too_many_within_the_period_waits_for_a_person(
    judge: FailureJudge, cause: Exception
) -> None:
    for number in range(INTENSITY):
        assert judge.delay_s(cause, now_s=float(number)) is not None
    assert judge.delay_s(cause, now_s=PERIOD_S - 0.1) is None
    assert judge.delay_s(cause, now_s=PERIOD_S + 2.1) is not None


@pytest.mark.parametrize("cause", HOPELESS, ids=repr)
def test_what_is_hopeless_waits_for_a_person_at_once(judge: FailureJudge, cause: Exception) -> None:
    assert judge.delay_s(cause, now_s=0.0) is None


def test_what_passes_uses_up_no_restarts(judge: FailureJudge) -> None:
    for _ in range(100):
        judge.delay_s(OSError("down"), now_s=0.0)
    for _ in range(INTENSITY):
        assert judge.delay_s(ValueError("bare"), now_s=0.0) is not None
    assert judge.delay_s(ValueError("bare"), now_s=0.0) is None


def test_after_a_healthy_time_the_pauses_begin_anew(judge: FailureJudge) -> None:
    for _ in range(20):
        judge.delay_s(OSError("down"), now_s=0.0)
    judge.running(now_s=0.0)
    pause_s = judge.delay_s(OSError("down"), now_s=59.0)
    assert pause_s is not None
    assert pause_s > 1
    judge.running(now_s=60.0)
    judge.running(now_s=100.0)
    pause_s = judge.delay_s(OSError("down"), now_s=120.0)
    assert pause_s is not None
    assert pause_s <= 0.5


def test_who_acts_is_forgiven_everything(judge: FailureJudge) -> None:
    for _ in range(INTENSITY):
        judge.delay_s(ValueError("bare"), now_s=0.0)
    judge.forgive()
    assert judge.delay_s(ValueError("bare"), now_s=0.0) is not None


def test_without_any_restarts_the_first_crash_waits_for_a_person() -> None:
    judge = FailureJudge(RestartConfig(intensity=0), RetryConfig())
    assert judge.delay_s(ValueError("bare"), now_s=0.0) is None
