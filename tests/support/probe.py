"""An actor that stands in for collaborators in tests: keeps what it is told, answers as it is told.

    probe = Probe()
    subject = Subject.start(reports_to=probe.ref)
    written = probe.expect(BatchWritten, timeout_s=2)

What the probe receives is put down in its own thread, in the order in which it was sent (control
messages do not overtake); the test waits for it by a condition. Each message is expected once:
what `expect` returned is gone.
"""

import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from pykka._envelope import Envelope

from actors.core import Actor, Lineage, Ref
from actors.core.mailbox import Mailbox

T = TypeVar("T")

_TIMEOUT_S = 5.0

# Gets a request; returns its answer, or raises it.
Answer = Callable[[Any], Any]


class _Received:
    """What came and was not expected yet; shared by the probe's thread and the test's."""

    def __init__(self) -> None:
        self.arrival = threading.Condition()
        self.messages: list[Any] = []
        self.answers: dict[type, Answer] = {}


class _OneLaneMailbox(Mailbox):
    """Keeps the order in which messages were sent: control messages do not overtake."""

    def _add(self, envelope: Envelope[Any]) -> None:
        self._ordinary.append(envelope)


class _ProbeActor(Actor):
    def __init__(self, received: _Received) -> None:
        super().__init__()
        self._received = received

    @classmethod
    def _create_actor_inbox(cls) -> Mailbox:
        return _OneLaneMailbox(limit=0)

    def on_receive(self, message: Any) -> Any:
        with self._received.arrival:
            self._received.messages.append(message)
            answer = self._received.answers.get(type(message))
            self._received.arrival.notify_all()
        return None if answer is None else answer(message)


class Probe:
    """A running probe, used from the test's thread; `ref` is what the subject gets."""

    def __init__(self) -> None:
        self._received = _Received()
        self.ref: Ref = _ProbeActor.start(self._received)

    def lineage(self, name: str = "child", incarnation: int = 1) -> Lineage:
        """Return a lineage that makes this probe the parent."""
        return Lineage(parent=self.ref, name=name, incarnation=incarnation)

    def answers(self, request: type, answer: Answer) -> None:
        """Answer requests of that exact type from now on with what `answer` makes of them."""
        with self._received.arrival:
            self._received.answers[request] = answer

    def expect(
        self,
        message_type: type[T],
        *,
        timeout_s: float = _TIMEOUT_S,
        where: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """Wait for a message of that type, and take it; others stay for a later `expect`.

        Raises AssertionError with what came instead.
        """
        return self._take(message_type, timeout_s, where)[0]

    def expect_next(self, message_type: type[T], *, timeout_s: float = _TIMEOUT_S) -> T:
        """Wait for the next message, which must be of that type, and take it."""
        with self._received.arrival:
            messages = self._received.messages
            self._received.arrival.wait_for(lambda: messages, timeout_s)
            assert messages, f"no {message_type.__name__} within {timeout_s} s"
            assert isinstance(messages[0], message_type), _listed(messages)
            return cast("T", messages.pop(0))

    def expect_none(
        self,
        unwanted: type,
        *,
        before: type[T],
        timeout_s: float = _TIMEOUT_S,
        where: Callable[[T], bool] = lambda _: True,
    ) -> T:
        """Wait for a message of type `before`, and take it; none `unwanted` may stand ahead of it.

        That proves something only where one thread sends both.
        """
        message, earlier = self._take(before, timeout_s, where)
        came = [each for each in earlier if isinstance(each, unwanted)]
        assert not came, f"not wanted before {before.__name__}: {_listed(came)}"
        return message

    def _take(
        self, message_type: type[T], timeout_s: float, where: Callable[[T], bool]
    ) -> tuple[T, list[Any]]:
        """Take the first that fits; return it and what came earlier and was not taken."""
        messages = self._received.messages

        def index() -> int | None:
            for i, message in enumerate(messages):
                if isinstance(message, message_type) and where(message):
                    return i
            return None

        with self._received.arrival:
            self._received.arrival.wait_for(lambda: index() is not None, timeout_s)
            found = index()
            assert found is not None, (
                f"no {message_type.__name__} within {timeout_s} s, but {_listed(messages)}"
            )
            return cast("T", messages.pop(found)), messages[:found]


def _listed(messages: Iterable[Any]) -> str:
    return ", ".join(repr(message) for message in messages) or "nothing came"
