"""What every actor of this program is built on; the only place that touches pykka's internals."""

from actors.core.actor import Actor, Ref
from actors.core.children import Children, StartChild
from actors.core.directory import Directory
from actors.core.errors import ActorError, AskTimeoutError, MailboxFullError
from actors.core.messages import ChildDied, ChildReady, Control, Interrupt, Lineage, Request
from actors.core.reply_future import Forwarded, ReplyFuture
from actors.core.restart_policy import Backoff, RestartHistory, RestartPolicy
from actors.core.sending import ask, ask_later, tell
from actors.core.timer import Scheduled, Timer

__all__ = [
    "Actor",
    "ActorError",
    "AskTimeoutError",
    "Backoff",
    "ChildDied",
    "ChildReady",
    "Children",
    "Control",
    "Directory",
    "Forwarded",
    "Interrupt",
    "Lineage",
    "MailboxFullError",
    "Ref",
    "ReplyFuture",
    "Request",
    "RestartHistory",
    "RestartPolicy",
    "Scheduled",
    "StartChild",
    "Timer",
    "ask",
    "ask_later",
    "tell",
]
