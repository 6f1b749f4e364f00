import threading
from typing import Any

import pykka
import pytest

from actors.core import (
    Actor,
    ActorError,
    AskTimeoutError,
    ChildDied,
    ChildReady,
    Forwarded,
    MailboxFullError,
    ask,
    ask_later,
    tell,
)
from tests.actors.core.subject import Echo, Handled, Hurry, Raise, Router, Subject, Urgent, held
from tests.support.probe import Probe


def handled(probe: Probe) -> list[object]:
    """Wait for the end of the subject and return what it handled until then."""
    probe.expect(ChildDied)
    probe.ref.tell("end of list")
    told: list[object] = []
    while (message := probe.expect(object)) != "end of list":
        if isinstance(message, Handled):
            told.append(message.what)
    return told


def test_an_ask_that_waits_when_the_actor_dies_is_failed(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    ref.tell(Raise(error=ValueError("no")))
    waiting = ask_later(ref, Echo(text="too late"))
    gate.set()
    with pytest.raises(pykka.ActorDeadError):
        waiting.get(timeout=5)


def test_an_ask_of_a_dead_actor_fails_at_once(probe: Probe) -> None:
    ref = Subject.start(probe.lineage())
    ref.stop(timeout=5)
    with pytest.raises(pykka.ActorDeadError):
        ask_later(ref, Echo(text="")).get(timeout=0)


def test_an_ask_without_an_answer_in_time_names_both_sides(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    with pytest.raises(AskTimeoutError, match=r"Subject did not answer Echo within 0\.01 s"):
        ask(ref, Echo(text="content"), timeout_s=0.01)
    gate.set()


def test_telling_a_dead_actor_is_false(probe: Probe) -> None:
    ref = Subject.start(probe.lineage())
    assert tell(ref, Echo(text=""))
    ref.stop(timeout=5)
    assert not tell(ref, Echo(text=""))


def test_stop_overtakes_what_waits_and_that_is_counted(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    ref.tell(Echo(text="waits"))
    ref.tell(Echo(text="waits too"))
    stopped = ref.stop(block=False)
    gate.set()
    assert stopped.get(timeout=5)
    assert handled(probe) == ["started", ("interrupted", True), "ended"]
    assert ref.actor_inbox.undelivered == 2  # type: ignore[attr-defined]


def test_control_messages_overtake_ordinary_ones(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    ref.tell(Echo(text="ordinary"))
    ref.tell(Urgent(text="control"))
    gate.set()
    probe.expect(Handled, where=lambda handled: handled.what == ("interrupted", False))
    assert probe.expect(Handled, where=lambda handled: handled.what != "started").what == Urgent(
        text="control"
    )
    assert probe.expect(Handled, where=lambda handled: handled.what != "started").what == Echo(
        text="ordinary"
    )


def test_a_handler_sees_that_it_is_interrupted(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    ref.tell(Hurry())
    gate.set()
    probe.expect(Handled, where=lambda handled: handled.what == ("interrupted", True))
    assert ref.is_alive()


def test_a_full_mailbox_raises_at_the_sender_and_control_still_fits(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    for _ in range(Subject.mailbox_limit):
        ref.tell(Echo(text=""))
    with pytest.raises(MailboxFullError):
        tell(ref, Echo(text=""))
    with pytest.raises(MailboxFullError):
        ask(ref, Echo(text=""), timeout_s=5)
    assert tell(ref, Urgent(text=""))
    gate.set()


def test_a_forwarded_request_is_answered_by_the_other(probe: Probe) -> None:
    router = Router.start(Router.start(Subject.start(probe.lineage())))
    assert ask(router, Echo(text="through"), timeout_s=5) == "through"
    with pytest.raises(ValueError, match="no"):
        ask(router, Raise(error=ValueError("no")), timeout_s=5)


def test_a_router_does_not_wait_for_the_one_it_forwards_to(probe: Probe) -> None:
    gate = threading.Event()
    router = Router.start(held(probe, gate))
    waiting = ask_later(router, Echo(text="first"))
    with pytest.raises(AskTimeoutError):
        waiting.get(timeout=0)
    gate.set()
    assert waiting.get(timeout=5) == "first"


def test_a_request_forwarded_to_a_dead_actor_fails_and_the_router_lives(probe: Probe) -> None:
    ref = Subject.start(probe.lineage())
    router = Router.start(ref)
    ref.stop(timeout=5)
    for _ in range(2):
        with pytest.raises(ActorError, match="Subject is not there"):
            ask(router, Echo(text=""), timeout_s=5)


def test_a_forwarded_request_fails_when_the_other_dies_before_it_answers(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    ref.tell(Raise(error=ValueError("no")))
    router = Router.start(ref)
    waiting = ask_later(router, Echo(text=""))
    assert probe.expect(ChildReady)
    router.stop(timeout=5)
    gate.set()
    with pytest.raises(pykka.ActorDeadError):
        waiting.get(timeout=5)


def test_what_a_full_mailbox_refuses_fails_the_request_and_the_router_lives(probe: Probe) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    for _ in range(Subject.mailbox_limit):
        ref.tell(Echo(text=""))
    router = Router.start(ref)
    router.tell(Echo(text="told"))
    with pytest.raises(MailboxFullError):
        ask(router, Echo(text="asked"), timeout_s=5)
    assert router.is_alive()
    gate.set()


def test_a_reply_may_be_given_later_from_another_message() -> None:
    class Later(Actor):
        def __init__(self) -> None:
            super().__init__()
            self._replies: list[Any] = []

        def on_receive(self, message: Any) -> Any:
            if message.text == "now":
                for reply in self._replies:
                    reply.set(message.text)
                return None
            self._replies.append(self.reply_to())
            return Forwarded()

    ref = Later.start()
    waiting = ask_later(ref, Echo(text=""))
    ref.tell(Echo(text="told, so that nobody waits for this reply"))
    ref.tell(Echo(text="now"))
    assert waiting.get(timeout=5) == "now"


def test_a_callback_that_raises_does_not_harm_the_actor_that_answers(
    probe: Probe, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()
    ref = held(probe, gate)
    waiting = ask_later(ref, Echo(text="answered"))
    called = threading.Event()

    def fail() -> None:
        called.set()
        raise ValueError("hub is gone")

    waiting.add_done_callback(fail)
    gate.set()
    assert called.wait(5)
    assert ask(ref, Echo(text="alive"), timeout_s=5) == "alive"
    assert "hub is gone" in caplog.text
