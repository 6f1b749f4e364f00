import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from actors.core import Actor, Timer
from actors.core.timer import TimerThread
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Last:
    pass


@pytest.fixture
def timer() -> Iterator[TimerThread]:
    timer = TimerThread()
    timer.start()
    yield timer
    timer.stop()


def test_messages_come_in_the_order_in_which_they_are_due(timer: TimerThread, probe: Probe) -> None:
    for number in (3, 1, 2):
        timer.tell_later(0.03 * number, probe.ref, Tick(number=number))
    assert [probe.expect(Tick).number for _ in range(3)] == [1, 2, 3]


def test_messages_due_at_once_keep_their_order(timer: TimerThread, probe: Probe) -> None:
    for number in range(100):
        timer.tell_later(0, probe.ref, Tick(number=number))
    assert [probe.expect(Tick).number for _ in range(100)] == list(range(100))


def test_nothing_comes_before_it_is_due(timer: TimerThread, probe: Probe) -> None:
    scheduled_s = timer.now_s()
    timer.tell_later(0.05, probe.ref, Tick(number=1))
    probe.expect(Tick)
    assert timer.now_s() - scheduled_s >= 0.05


def test_what_is_due_earlier_overtakes_what_the_timer_waits_for(
    timer: TimerThread, probe: Probe
) -> None:
    timer.tell_later(3600, probe.ref, Tick(number=2))
    timer.tell_later(0.01, probe.ref, Tick(number=1))
    assert probe.expect(Tick).number == 1


def test_what_is_due_in_centuries_does_not_end_the_timer(timer: TimerThread, probe: Probe) -> None:
    timer.tell_later(1e11, probe.ref, Tick(number=2))
    timer.tell_later(0.01, probe.ref, Tick(number=1))
    probe.expect(Tick)
    timer.tell_later(0.01, probe.ref, Tick(number=3))
    assert probe.expect(Tick).number == 3


def test_what_is_cancelled_does_not_come(timer: TimerThread, probe: Probe) -> None:
    timer.tell_later(0.02, probe.ref, Tick(number=1)).cancel()
    timer.tell_later(0.03, probe.ref, Last())
    probe.expect_none(Tick, before=Last)


def test_a_dead_actor_does_not_stop_the_timer(timer: TimerThread, probe: Probe) -> None:
    dead = Probe().ref
    dead.stop(timeout=5)
    timer.tell_later(0, dead, Tick(number=1))
    timer.tell_later(0.01, probe.ref, Last())
    probe.expect(Last)


class Busy(Actor):
    """Handles one message, then waits for the gate; one more fits into its mailbox."""

    mailbox_limit = 1

    def __init__(self, probe: Probe, gate: threading.Event) -> None:
        super().__init__()
        self._probe = probe
        self._gate = gate

    def on_receive(self, message: Any) -> None:
        self._probe.ref.tell(message)
        self._gate.wait(5)


def test_what_finds_a_full_mailbox_is_sent_again(timer: TimerThread, probe: Probe) -> None:
    gate = threading.Event()
    busy = Busy.start(probe, gate)
    busy.tell(Tick(number=1))
    probe.expect(Tick)
    busy.tell(Tick(number=2))
    timer.tell_later(0, busy, Tick(number=3))
    timer.tell_later(0.01, probe.ref, Last())
    probe.expect_none(Tick, before=Last)
    gate.set()
    assert [probe.expect(Tick).number for _ in range(2)] == [2, 3]


def test_a_stopped_timer_sends_nothing_and_its_thread_has_ended(probe: Probe) -> None:
    timer = TimerThread()
    timer.start()
    timer.tell_later(3600, probe.ref, Tick(number=1))
    timer.stop()
    assert "timer" not in [thread.name for thread in threading.enumerate()]
    timer.tell_later(0, probe.ref, Tick(number=2))
    probe.ref.tell(Last())
    probe.expect_none(Tick, before=Last)


def test_a_timer_that_never_started_can_be_stopped() -> None:
    TimerThread().stop()


def test_the_manual_timer_sends_what_falls_due_in_order(probe: Probe) -> None:
    manual = ManualTimer()
    timer: Timer = manual
    timer.tell_later(2, probe.ref, Tick(number=2))
    timer.tell_later(1, probe.ref, Tick(number=1))
    timer.tell_later(1, probe.ref, Tick(number=0)).cancel()
    timer.tell_later(3, probe.ref, Tick(number=3))
    assert manual.wait_for_scheduled(Tick) == 1
    before_s = timer.now_s()
    manual.advance(2)
    assert timer.now_s() == before_s + 2
    probe.ref.tell(Last())
    assert [probe.expect_next(Tick).number for _ in range(2)] == [1, 2]
    probe.expect_next(Last)
    assert manual.wait_for_scheduled(Tick) == 1


def test_the_manual_timer_waits_for_what_an_actor_will_schedule() -> None:
    manual = ManualTimer()
    other = threading.Thread(target=manual.tell_later, args=(7, Probe().ref, Last()))
    other.start()
    assert manual.wait_for_scheduled(Last) == 7
    other.join(5)
    with pytest.raises(AssertionError, match=r"no Tick scheduled .*\['Last'\]"):
        manual.wait_for_scheduled(Tick, timeout_s=0)
