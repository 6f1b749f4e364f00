"""How messages are sent: `tell` between actors, `ask` from outside, always with a limit."""

from typing import TYPE_CHECKING, TypeVar, cast

from pykka import ActorDeadError

from actors.core.errors import AskTimeoutError
from actors.core.messages import Request
from actors.core.reply_future import ReplyFuture

if TYPE_CHECKING:
    from actors.core.actor import Ref

R = TypeVar("R")


def tell(ref: "Ref", message: object) -> bool:
    """Send a message; False when the actor is dead. Raises MailboxFullError."""
    try:
        ref.tell(message)
    except ActorDeadError:
        return False
    return True


def ask_later(ref: "Ref", request: Request[R]) -> ReplyFuture[R]:
    """Send a request and return where its answer will be. Raises MailboxFullError."""
    return cast("ReplyFuture[R]", ref.ask(request, block=False))


def ask(ref: "Ref", request: Request[R], *, timeout_s: float) -> R:
    """Send a request and wait for the answer. For threads that are no actors.

    Raises AskTimeoutError, ActorDeadError, MailboxFullError, or what the actor raised.
    """
    try:
        return ask_later(ref, request).get(timeout=timeout_s)
    except AskTimeoutError as error:
        name = type(request).__name__
        raise AskTimeoutError(
            f"{ref.actor_class.__name__} did not answer {name} within {timeout_s} s"
        ) from error
