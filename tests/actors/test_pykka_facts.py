"""What the core was built around, against bare pykka: an upgrade that changes a fact fails here.

One section for each row of the table in the architecture page.
"""

import asyncio
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any

import pykka
import pytest

DEADLINE_S = 5.0


class Scribe(pykka.ThreadingActor):
    """Calls the functions it is sent, and puts down which hooks ran."""

    def __init__(self, at_start: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self.hooks: list[str] = []
        self.thread: threading.Thread | None = None
        self._at_start = at_start

    def on_start(self) -> None:
        self.thread = threading.current_thread()
        self._at_start()

    def on_stop(self) -> None:
        self.hooks.append("on_stop")

    def on_failure(
        self,
        exception_type: type[BaseException] | None,  # noqa: ARG002
        exception_value: BaseException | None,  # noqa: ARG002
        traceback: TracebackType | None,  # noqa: ARG002
    ) -> None:
        self.hooks.append("on_failure")

    def on_receive(self, message: Callable[[], Any]) -> Any:
        return message()


def fail() -> None:
    raise ValueError("no")


def start(at_start: Callable[[], object] = lambda: None) -> tuple[pykka.ActorRef[Scribe], Scribe]:
    """Start a scribe and return the actor itself too, which tests of pykka may look into."""
    opened = threading.Event()

    def wait_and_start() -> None:
        opened.wait(DEADLINE_S)
        at_start()

    ref = Scribe.start(wait_and_start)
    scribe = ref._actor_weakref()
    assert scribe is not None
    opened.set()
    return ref, scribe


def join(scribe: Scribe) -> None:
    assert scribe.thread is not None
    scribe.thread.join(DEADLINE_S)
    assert not scribe.thread.is_alive()


def hold(ref: pykka.ActorRef[Any]) -> threading.Event:
    """Keep an actor in its handler until the event that is returned is set."""
    entered, gate = threading.Event(), threading.Event()

    def wait() -> None:
        entered.set()
        gate.wait(DEADLINE_S)

    ref.tell(wait)
    assert entered.wait(DEADLINE_S)
    return gate


def test_an_error_on_ask_goes_to_the_asker_and_the_actor_lives() -> None:
    ref, scribe = start()
    with pytest.raises(ValueError, match="no"):
        ref.ask(fail, timeout=DEADLINE_S)
    assert ref.ask(lambda: 1, timeout=DEADLINE_S) == 1
    assert scribe.hooks == []


def test_an_error_on_ask_is_logged_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    ref, _ = start()
    with caplog.at_level("INFO"), pytest.raises(ValueError, match="no"):
        ref.ask(fail, timeout=DEADLINE_S)
    assert "ValueError: no" in caplog.text


def test_an_error_on_tell_ends_the_actor_without_on_stop() -> None:
    ref, scribe = start()
    ref.tell(fail)
    join(scribe)
    assert not ref.is_alive()
    assert scribe.hooks == ["on_failure"]


def test_an_error_in_on_start_ends_the_actor_and_no_hook_runs() -> None:
    ref, scribe = start(fail)
    assert ref.actor_stopped.wait(DEADLINE_S)
    join(scribe)
    assert scribe.hooks == []


@pytest.mark.parametrize(
    "raised", ["asyncio.CancelledError()", "SystemExit(1)", "gevent.Timeout()"]
)
def test_what_is_no_ordinary_error_stops_every_actor_of_the_process(raised: str) -> None:
    program = f"""
import asyncio, gevent, pykka, threading
class Plain(pykka.ThreadingActor):
    def on_receive(self, message):
        raise {raised}
bystander = Plain.start()
Plain.start().tell(None)
print(bystander.actor_stopped.wait({DEADLINE_S}))
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True
    )
    assert ended.stdout.strip() == "True", ended.stderr


def test_stop_is_the_last_message_of_the_inbox() -> None:
    ref, _ = start()
    gate = hold(ref)
    done: list[int] = []
    ref.tell(lambda: done.append(1))
    stopped = ref.stop(block=False)
    gate.set()
    assert stopped.get(timeout=DEADLINE_S)
    assert done == [1]


def test_a_bounded_queue_as_inbox_makes_stop_block() -> None:
    class Bounded(Scribe):
        @staticmethod
        def _create_actor_inbox() -> Any:
            return queue.Queue(maxsize=1)

    ref = Bounded.start()
    gate = hold(ref)
    ref.tell(lambda: None)
    blocked = threading.Thread(target=lambda: ref.stop(block=False), daemon=True)
    blocked.start()
    blocked.join(0.1)
    assert blocked.is_alive()
    gate.set()
    blocked.join(DEADLINE_S)
    assert not blocked.is_alive()


def test_an_ask_after_the_inbox_was_emptied_is_never_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ref, scribe = start()
    # The asker saw it alive just before it died.
    monkeypatch.setattr(ref, "is_alive", lambda: True)
    ref.tell(fail)
    join(scribe)
    with pytest.raises(pykka.Timeout):
        ref.ask(lambda: 1, timeout=0.05)


def test_a_dead_actor_cannot_be_started_again() -> None:
    ref, scribe = start()
    ref.stop(timeout=DEADLINE_S)
    join(scribe)
    scribe._start_actor_loop()
    assert not ref.is_alive()
    with pytest.raises(pykka.ActorDeadError):
        ref.tell(lambda: None)


def test_what_was_told_before_the_death_vanishes_silently(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ref, scribe = start()
    gate = hold(ref)
    done: list[int] = []
    ref.tell(fail)
    ref.tell(lambda: done.append(1))
    gate.set()
    join(scribe)
    assert done == []
    assert [record.getMessage() for record in caplog.records if record.levelname != "DEBUG"] == [
        f"Unhandled exception in {scribe}:"
    ]


def test_an_ask_is_answered_as_soon_as_on_receive_returns() -> None:
    ref, _ = start()
    assert ref.ask(lambda: None, timeout=DEADLINE_S) is None


def test_a_future_answered_twice_raises() -> None:
    future: pykka.ThreadingFuture[int] = pykka.ThreadingFuture()
    future.set(1)
    with pytest.raises(queue.Full):
        future.set(2)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_ask_answered_twice_kills_the_thread_and_the_actor_still_seems_alive(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ref, scribe = start()
    future: pykka.ThreadingFuture[int] = pykka.ThreadingFuture()
    future.set(1)
    monkeypatch.setattr(Scribe, "_create_future", staticmethod(lambda: future))
    ref.ask(lambda: 2, block=False)
    join(scribe)
    assert ref.is_alive()
    assert scribe.hooks == []
    pykka.ActorRegistry.unregister(ref)


def test_awaiting_an_ask_blocks_the_loop() -> None:
    ref, _ = start()
    gate = hold(ref)
    turns: list[str] = []

    async def await_ask() -> None:
        await ref.ask(lambda: None, block=False)
        turns.append("answered")

    async def await_turn() -> None:
        turns.append("other task")

    async def both() -> None:
        asking = asyncio.create_task(await_ask())
        # pykka yields once before it blocks.
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0, turns.append, "loop")
        threading.Timer(0.1, gate.set).start()
        await asyncio.gather(asking, asyncio.create_task(await_turn()))

    asyncio.run(both())
    assert turns[0] == "answered"


def test_actor_threads_are_no_daemons() -> None:
    ref, scribe = start()
    ref.ask(lambda: None, timeout=DEADLINE_S)
    assert scribe.thread is not None
    assert not scribe.thread.daemon


def test_an_unexpected_message_is_logged_with_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ref = pykka.ThreadingActor.start()
    ref.ask("payload", timeout=DEADLINE_S)
    assert "payload" in caplog.text
