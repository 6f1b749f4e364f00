import threading
from dataclasses import dataclass

import pytest

from actors.core import Control, Request, ask
from tests.support.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Other(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Request[int]):
    number: int


def test_each_message_is_expected_once_and_in_order(probe: Probe) -> None:
    for message in (Wanted(number=1), Other(), Wanted(number=2)):
        probe.ref.tell(message)
    assert probe.expect(Wanted, where=lambda wanted: wanted.number == 2).number == 2
    assert probe.expect_next(Wanted).number == 1
    probe.expect_next(Other)
    with pytest.raises(AssertionError, match="nothing came"):
        probe.expect(Wanted, timeout_s=0)


def test_what_is_missing_is_told_with_what_came_instead(probe: Probe) -> None:
    probe.ref.tell(Other())
    probe.ref.tell(Wanted(number=1))
    probe.expect(Wanted)
    with pytest.raises(AssertionError, match=r"no Wanted within 0 s, but Other\(\)"):
        probe.expect(Wanted, timeout_s=0)


def test_a_message_that_comes_later_is_waited_for(probe: Probe) -> None:
    threading.Timer(0.02, probe.ref.tell, (Wanted(number=1),)).start()
    assert probe.expect(Wanted).number == 1


def test_only_what_came_before_is_unwanted(probe: Probe) -> None:
    probe.ref.tell(Wanted(number=1))
    probe.ref.tell(Other())
    probe.ref.tell(Wanted(number=2))
    probe.expect(Wanted, where=lambda wanted: wanted.number == 2)
    probe.expect_none(Other, before=Wanted)
    probe.ref.tell(Wanted(number=3))
    with pytest.raises(AssertionError, match="not wanted before Wanted"):
        probe.expect_none(Other, before=Wanted)


def test_requests_get_the_canned_answers(probe: Probe) -> None:
    def answer(question: Question) -> int:
        if question.number < 0:
            raise ValueError("negative")
        return question.number * 2

    probe.answers(Question, answer)
    assert ask(probe.ref, Question(number=4), timeout_s=5) == 8
    with pytest.raises(ValueError, match="negative"):
        ask(probe.ref, Question(number=-1), timeout_s=5)
    assert probe.expect(Question).number == 4
