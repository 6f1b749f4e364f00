"""Asks the Supervisor, an actor in another thread, from greenlets of the hub."""

from typing import TypeVar

from gevent.event import Event

from actors.core import AskTimeoutError, Ref, Request, ask_later
from web.hub_thread import HubThread

R = TypeVar("R")

ANSWER_S = 5.0


class SupervisorBridge:
    """Lets one greenlet wait for an actor's answer while the others go on."""

    def __init__(self, supervisor: Ref, hub: HubThread) -> None:
        self._supervisor = supervisor
        self._hub = hub

    def ask(self, request: Request[R], *, timeout_s: float | None = None) -> R:
        """Return the Supervisor's answer, given within `timeout_s` or else `ANSWER_S` seconds.

        Raises AskTimeoutError, ActorDeadError, MailboxFullError, or what the actor raised.
        """
        timeout_s = ANSWER_S if timeout_s is None else timeout_s
        answer = ask_later(self._supervisor, request)
        answered = Event()

        def wake() -> None:
            self._hub.call_soon(answered.set)

        answer.add_done_callback(wake)
        if not answered.wait(timeout_s):
            name = type(request).__name__
            raise AskTimeoutError(f"no answer to {name} within {timeout_s:g} s")
        return answer.get(timeout=0)
