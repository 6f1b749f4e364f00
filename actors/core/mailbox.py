"""An actor's inbox: two lanes, and putting never waits.

Control messages come first and always fit. Ordinary messages are bounded: one too many raises in
the thread that sends it, which is where something can be done about it.
"""

import threading
from collections import deque
from typing import Any

from pykka import ActorDeadError
from pykka._envelope import Envelope
from pykka.messages import _ActorStop

from actors.core.errors import MailboxFullError
from actors.core.messages import Control, Interrupt


class Mailbox:
    """Read by one actor, written by anyone; `limit` is the most ordinary messages that wait.

    `interrupted` is set as soon as an `Interrupt` or pykka's stop message is put.
    """

    def __init__(self, limit: int) -> None:
        self.interrupted = threading.Event()
        self.current: Envelope[Any] | None = None
        self.undelivered = 0
        self._limit = limit
        self._control: deque[Envelope[Any]] = deque()
        self._ordinary: deque[Envelope[Any]] = deque()
        self._condition = threading.Condition()
        self._closed = False

    def put(self, envelope: Envelope[Any]) -> None:
        """Add a message. Raises MailboxFullError; after `close` it counts as undelivered."""
        message = envelope.message
        with self._condition:
            if isinstance(message, Interrupt | _ActorStop):
                self.interrupted.set()
            if not self._closed:
                self._add(envelope)
                self._condition.notify()
                return
            self.undelivered += _is_lost(envelope)
        _refuse(envelope)

    def get(self) -> Envelope[Any]:
        """Wait for the next message and take it."""
        with self._condition:
            while not (self._control or self._ordinary):
                self._condition.wait()
            self.current = (self._control or self._ordinary).popleft()
            return self.current

    def empty(self) -> bool:
        """Tell whether no message waits."""
        return not (self._control or self._ordinary)

    def has_control(self) -> bool:
        """Tell whether a control message waits."""
        return bool(self._control)

    def close(self) -> None:
        """Refuse what waits and whatever comes later: asks fail, the rest is counted."""
        with self._condition:
            self._closed = True
            refused = [*self._control, *self._ordinary]
            self._control.clear()
            self._ordinary.clear()
            self.undelivered += sum(_is_lost(envelope) for envelope in refused)
        # Without the lock: an answer calls back into code that may hold locks of its own.
        for envelope in refused:
            _refuse(envelope)

    def _add(self, envelope: Envelope[Any]) -> None:
        if isinstance(envelope.message, Control | _ActorStop):
            self._control.append(envelope)
        elif len(self._ordinary) < self._limit:
            self._ordinary.append(envelope)
        else:
            name = type(envelope.message).__name__
            raise MailboxFullError(f"{self._limit} messages wait already: {name} is refused")


def _is_lost(envelope: Envelope[Any]) -> bool:
    return envelope.reply_to is None and not isinstance(envelope.message, _ActorStop)


def _refuse(envelope: Envelope[Any]) -> None:
    if envelope.reply_to is None:
        return
    if isinstance(envelope.message, _ActorStop):
        envelope.reply_to.set(None)
        return
    error = ActorDeadError("the actor ended before it handled the message")
    envelope.reply_to.set_exception((ActorDeadError, error, None))
