"""Faults of the runtime itself: the supervisor decides what follows."""

from typing import ClassVar

from config.errors import ConnectError


class ActorError(ConnectError):
    """An actor cannot do what it was asked for, for a reason of ours."""

    code: ClassVar[str] = "actor"


class AskTimeoutError(ActorError):
    """An actor did not answer in time; whatever it does later is ignored."""

    code: ClassVar[str] = "ask_timeout"


class MailboxFullError(ActorError):
    """An actor has more messages waiting than its mailbox takes."""

    code: ClassVar[str] = "mailbox_full"
