"""The actor that the tests of the core drive, and the messages that drive it."""

import threading
from dataclasses import dataclass
from typing import Any

from actors.core import (
    Actor,
    Control,
    Interrupt,
    Lineage,
    Ref,
    Request,
    tell,
)
from tests.support.probe import Probe


@dataclass(frozen=True, slots=True, kw_only=True)
class Raise(Request[None]):
    """Makes a `Subject` raise `error` in its handler."""

    error: BaseException


@dataclass(frozen=True, slots=True, kw_only=True)
class Echo(Request[str]):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Keeps a `Subject` in its handler until the gate opens; says so to the parent first."""

    gate: threading.Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Urgent(Control):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hurry(Interrupt):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Handled:
    """A `Subject` tells its parent what it does, and in which thread."""

    what: object
    thread: threading.Thread


class Subject(Actor):
    """Tells its parent all that it handles."""

    mailbox_limit = 3

    def __init__(
        self,
        lineage: Lineage,
        *,
        at_start: BaseException | None = None,
        at_end: BaseException | None = None,
    ) -> None:
        super().__init__(lineage)
        self._parent = lineage.parent
        self._at_start = at_start
        self._at_end = at_end

    def on_started(self) -> None:
        self._say("started")
        if self._at_start is not None:
            raise self._at_start

    def on_receive(self, message: Any) -> Any:
        self._say(message)
        match message:
            case Raise():
                raise message.error
            case Echo():
                return message.text
            case Hold():
                message.gate.wait(10)
                self._say(("interrupted", self.interrupted.is_set()))
        return None

    def on_ended(self) -> None:
        self._say("ended")
        if self._at_end is not None:
            raise self._at_end

    def _say(self, what: object) -> None:
        tell(self._parent, Handled(what=what, thread=threading.current_thread()))


class Router(Actor):
    """Forwards all requests."""

    def __init__(self, target: Ref) -> None:
        super().__init__()
        self._target = target

    def on_receive(self, message: Any) -> Any:
        return self.forward(self._target, message)


def held(probe: Probe, gate: threading.Event) -> Ref:
    """Start a subject and wait until it is in a handler."""
    ref = Subject.start(probe.lineage())
    ref.tell(Hold(gate=gate))
    probe.expect(Handled, where=lambda handled: isinstance(handled.what, Hold))
    return ref
