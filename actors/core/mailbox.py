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
            if self._closed:
                self._refuse(envelope)
                return
            if isinstance(message, Control | _ActorStop):
                self._control.append(envelope)
            elif len(self._ordinary) < self._limit:
                self._ordinary.append(envelope)
            else:
                raise MailboxFullError(
                    f"{self._limit} messages wait already: {type(message).__name__} is refused"
                )
            self._condition.notify()
        if isinstance(message, Interrupt | _ActorStop):
            self.interrupted.set()

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
            while not self.empty():
                self._refuse((self._control or self._ordinary).popleft())

    def _refuse(self, envelope: Envelope[Any]) -> None:
        is_stop = isinstance(envelope.message, _ActorStop)
        if envelope.reply_to is None:
            self.undelivered += not is_stop
        elif is_stop:
            envelope.reply_to.set(None)
        else:
            error = ActorDeadError("the actor ended before it handled the message")
            envelope.reply_to.set_exception((ActorDeadError, error, None))
