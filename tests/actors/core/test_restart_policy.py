import random

import pytest

from actors.core.restart_policy import Backoff, RestartHistory, RestartPolicy
from tests.support.manual_timer import ManualTimer


def test_delays_double_up_to_the_longest_and_lose_at_most_a_fifth() -> None:
    backoff = Backoff(initial_s=0.5, max_s=30)
    for attempt in range(1, 2000):
        full_s = min(2 ** (attempt - 1) / 2, 30) if attempt < 100 else 30
        for _ in range(3):
            assert 0.8 * full_s <= backoff.delay_s(attempt) <= full_s


def test_two_that_failed_together_do_not_come_back_together() -> None:
    backoff = Backoff()
    assert len({backoff.delay_s(1) for _ in range(20)}) > 1


def test_one_more_failure_than_the_intensity_within_the_period_ends_it() -> None:
    clock = ManualTimer()
    history = RestartHistory(RestartPolicy(intensity=3, period_s=60))
    for _ in range(3):
        assert history.delay_s(clock.now_s()) is not None
        clock.advance(19)
    assert history.delay_s(clock.now_s()) is None


def test_a_failure_counts_until_the_period_is_over() -> None:
    clock = ManualTimer()
    history = RestartHistory(RestartPolicy(intensity=1, period_s=60))
    history.delay_s(clock.now_s())
    clock.advance(59.5)
    assert history.delay_s(clock.now_s()) is None
    clock.advance(0.5)
    assert history.delay_s(clock.now_s()) is not None


def test_after_a_healthy_time_the_delays_begin_anew() -> None:
    clock = ManualTimer()
    policy = RestartPolicy(intensity=5, period_s=60, backoff=Backoff(initial_s=1, max_s=100))
    history = RestartHistory(policy)
    delays_s = [history.delay_s(clock.now_s()) for _ in range(5)]
    assert [round(delay_s or 0, 9) > 0 for delay_s in delays_s] == [True] * 5
    assert (delays_s[4] or 0) >= 0.8 * 16
    clock.advance(60)
    again_s = history.delay_s(clock.now_s())
    assert again_s is not None
    assert 0.8 <= again_s <= 1


def test_an_intensity_of_zero_means_no_restart() -> None:
    assert RestartHistory(RestartPolicy(intensity=0)).delay_s(0) is None


@pytest.mark.parametrize("seed", range(20))
def test_no_period_ever_has_more_restarts_than_the_intensity(seed: int) -> None:
    dice = random.Random(seed)
    clock = ManualTimer()
    policy = RestartPolicy(intensity=dice.randint(1, 6), period_s=dice.uniform(1, 20))
    history = RestartHistory(policy)
    restarts_s: list[float] = []
    for _ in range(300):
        clock.advance(dice.expovariate(policy.intensity / policy.period_s))
        now_s = clock.now_s()
        recent = [each for each in restarts_s if each > now_s - policy.period_s]
        delay_s = history.delay_s(now_s)
        assert (delay_s is None) == (len(recent) == policy.intensity)
        if delay_s is not None:
            restarts_s.append(now_s)
            full_s = policy.backoff.initial_s * 2 ** len(recent)
            assert 0.8 * full_s <= delay_s <= full_s
