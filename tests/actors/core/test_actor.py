import asyncio
import logging
import threading

import gevent
import pykka
import pytest

from actors.core import (
    Actor,
    ActorError,
    ChildDied,
    ChildReady,
    ask,
    ask_later,
)
from tests.actors.core.subject import (
    Echo,
    Handled,
    Raise,
    Router,
    Subject,
    held,
)
from tests.support.probe import Probe

NOT_ORDINARY = [SystemExit(3), asyncio.CancelledError(), gevent.Timeout(1), GeneratorExit()]


def test_a_child_is_ready_after_it_started_and_before_its_first_message(probe: Probe) -> None:
    Subject.start(probe.lineage("one", 7)).tell(Echo(text="first"))
    assert probe.expect_next(Handled).what == "started"
    assert probe.expect_next(ChildReady) == ChildReady(name="one", incarnation=7)
    assert probe.expect_next(Handled).what == Echo(text="first")


def test_a_planned_stop_is_a_death_without_error(probe: Probe) -> None:
    ref = Subject.start(probe.lineage("one", 7))
    assert ref.stop(timeout=5)
    assert probe.expect(ChildDied) == ChildDied(name="one", incarnation=7, error=None)


@pytest.mark.parametrize("error", [ValueError("no"), *NOT_ORDINARY], ids=repr)
def test_an_error_at_the_start_is_a_death_and_nobody_is_told_of_readiness(
    probe: Probe, error: BaseException
) -> None:
    Subject.start(probe.lineage(), at_start=error)
    died = probe.expect_none(ChildReady, before=ChildDied)
    assert died.error is not None
    assert error in (died.error, died.error.__cause__)


def test_an_error_in_the_handler_of_a_tell_is_a_death_and_is_told_not_logged(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    error = ValueError("no")
    ref = Subject.start(probe.lineage("one", 7))
    ref.tell(Raise(error=error))
    thread = probe.expect(Handled).thread
    assert probe.expect(ChildDied) == ChildDied(name="one", incarnation=7, error=error)
    assert not ref.is_alive()
    thread.join(5)
    assert not caplog.records


@pytest.mark.parametrize("error", NOT_ORDINARY, ids=repr)
def test_what_is_no_ordinary_error_ends_only_the_actor_it_happens_in(
    probe: Probe, error: BaseException
) -> None:
    bystander = Subject.start(probe.lineage("bystander"))
    Subject.start(probe.lineage("victim")).tell(Raise(error=error))
    died = probe.expect(ChildDied)
    assert died.name == "victim"
    assert isinstance(died.error, ActorError)
    assert died.error.__cause__ is error
    assert ask(bystander, Echo(text="alive"), timeout_s=5) == "alive"


@pytest.mark.parametrize("error", NOT_ORDINARY, ids=repr)
def test_what_is_no_ordinary_error_goes_to_the_asker_as_one(
    probe: Probe, error: BaseException
) -> None:
    ref = Subject.start(probe.lineage())
    with pytest.raises(ActorError, match=type(error).__name__):
        ask(ref, Raise(error=error), timeout_s=5)
    assert ask(ref, Echo(text="alive"), timeout_s=5) == "alive"


def test_an_error_in_the_handler_of_an_ask_goes_to_the_asker_and_the_actor_lives(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    ref = Subject.start(probe.lineage())
    with caplog.at_level(logging.INFO), pytest.raises(ValueError, match="secret"):
        ask(ref, Raise(error=ValueError("secret")), timeout_s=5)
    assert ask(ref, Echo(text="alive"), timeout_s=5) == "alive"
    assert not caplog.records


@pytest.mark.parametrize("end", ["stop", "error at the start", "error in a handler"])
def test_an_actor_lets_go_in_its_own_thread_before_its_death_is_told(
    probe: Probe, end: str
) -> None:
    at_start = ValueError("no") if end == "error at the start" else None
    ref = Subject.start(probe.lineage(), at_start=at_start)
    thread = probe.expect(Handled).thread
    if end == "stop":
        ref.stop(timeout=5)
    elif end == "error in a handler":
        ref.tell(Raise(error=ValueError("no")))
    ended = probe.expect_none(
        ChildDied, before=Handled, where=lambda handled: handled.what == "ended"
    )
    assert ended.thread is thread
    probe.expect(ChildDied)
    thread.join(5)
    assert not thread.is_alive()


def test_an_error_at_the_end_is_the_error_of_the_death(probe: Probe) -> None:
    error = ValueError("no")
    Subject.start(probe.lineage(), at_end=error).stop(timeout=5)
    assert probe.expect(ChildDied).error is error


def test_an_error_at_the_end_does_not_hide_the_one_before(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    first = ValueError("first")
    ref = Subject.start(probe.lineage(), at_end=SystemExit("second"))
    ref.tell(Raise(error=first))
    assert probe.expect(ChildDied).error is first
    assert "SystemExit" in caplog.text


def test_a_death_that_nobody_is_told_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    gone = Probe()
    gone.ref.stop(timeout=5)
    ref = Subject.start(gone.lineage(), at_start=ValueError("no"))
    waiting = ask_later(ref, Echo(text=""))
    with pytest.raises(pykka.ActorDeadError):
        waiting.get(timeout=5)
    for thread in threading.enumerate():
        if thread.name == "child":
            thread.join(5)
    assert "Subject" in caplog.text
    assert "ValueError: no" in caplog.text


def test_a_thread_that_cannot_be_started_is_a_death_and_not_an_error_of_the_parent(
    probe: Probe, monkeypatch: pytest.MonkeyPatch
) -> None:
    lineage = probe.lineage()

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        ref = Subject.start(lineage)
    assert isinstance(probe.expect(ChildDied).error, RuntimeError)
    assert not ref.is_alive()
    assert ref not in pykka.ActorRegistry.get_all()


def test_the_thread_bears_the_name_and_keeps_no_process_alive(probe: Probe) -> None:
    Subject.start(probe.lineage("sink/stdout"))
    thread = probe.expect(Handled).thread
    assert (thread.name, thread.daemon) == ("sink/stdout", True)
    Router.start(probe.ref)
    assert "Router" in [thread.name for thread in threading.enumerate()]


def test_a_message_that_nobody_knows_is_logged_by_its_type_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ref = Actor.start()
    assert ask(ref, Echo(text="payload"), timeout_s=5) is None
    assert "Actor does not know Echo" in caplog.text
    assert "payload" not in caplog.text


def test_no_payload_is_logged_over_a_whole_life_at_the_finest_level(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        gate = threading.Event()
        ref = held(probe, gate)
        ref.tell(Echo(text="payload"))
        ref.stop(block=False)
        gate.set()
        probe.expect(ChildDied)
    assert "1 messages unread" in caplog.text
    assert "payload" not in caplog.text
