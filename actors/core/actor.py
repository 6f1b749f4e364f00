"""The base of all actors: one thread each, messages one at a time, its death told to its parent."""

import logging
import threading
from types import TracebackType
from typing import Any, ClassVar, TypeAlias

import pykka
from pykka._envelope import Envelope

from actors.core.errors import ActorError, MailboxFullError
from actors.core.mailbox import Mailbox
from actors.core.messages import ChildDied, ChildReady, Lineage
from actors.core.reply_future import Forwarded, ReplyFuture
from actors.core.sending import tell

Ref: TypeAlias = pykka.ActorRef[Any]

_log = logging.getLogger(__name__)

_MAILBOX_LIMIT = 1000


class Actor(pykka.ThreadingActor):
    """Subclasses handle messages in `on_receive`.

    What a handler raises goes to the one who asked; without one it ends the actor. The order of
    events at an end: the thread leaves the loop, what waits in the mailbox is refused, the parent
    is told `ChildDied`.
    """

    # A handler that hangs must not keep the process alive.
    use_daemon_thread: ClassVar[bool] = True
    mailbox_limit: ClassVar[int] = _MAILBOX_LIMIT

    actor_inbox: Mailbox

    def __init__(self, lineage: Lineage | None = None) -> None:
        super().__init__()
        self.lineage = lineage
        self._death: Exception | None = None

    @property
    def interrupted(self) -> threading.Event:
        """Set as soon as somebody wants this actor to come to an end."""
        return self.actor_inbox.interrupted

    def forward(self, ref: Ref, message: object) -> Forwarded:
        """Let `ref` answer the request that is being handled; return the result of this."""
        reply_to = self.reply_to()
        if not ref.is_alive():
            reply_to.set_exception(
                (ActorError, ActorError(f"{ref.actor_class.__name__} is not there"), None)
            )
            return Forwarded()
        try:
            ref.actor_inbox.put(Envelope(message, reply_to=reply_to))
        except MailboxFullError:
            reply_to.set_exception()
        return Forwarded()

    def reply_to(self) -> ReplyFuture[Any]:
        """Return where the answer to the message that is being handled goes."""
        current = self.actor_inbox.current
        if current is None or not isinstance(current.reply_to, ReplyFuture):
            return ReplyFuture()
        return current.reply_to

    def on_started(self) -> None:
        """Prepare, in the actor's own thread, before the first message; raising ends the actor."""

    def on_ended(self) -> None:
        """Let go of everything, in the actor's own thread, however it came to its end."""

    def on_receive(self, message: Any) -> Any:
        """Name the type of a message that no handler knows; pykka would log its content."""
        _log.warning("%s does not know %s", type(self).__name__, type(message).__name__)

    def on_start(self) -> None:
        """Run `on_started` and report; not for subclasses."""
        self._contained(self.on_started)
        if self.lineage is not None:
            tell(
                self.lineage.parent,
                ChildReady(name=self.lineage.name, incarnation=self.lineage.incarnation),
            )

    @classmethod
    def _create_actor_inbox(cls) -> Mailbox:
        return Mailbox(cls.mailbox_limit)

    @staticmethod
    def _create_future() -> ReplyFuture[Any]:
        return ReplyFuture()

    def _start_actor_loop(self) -> None:
        name = type(self).__name__ if self.lineage is None else self.lineage.name
        thread = threading.Thread(target=self._actor_loop, name=name, daemon=self.use_daemon_thread)
        try:
            thread.start()
        except RuntimeError as error:
            self._death = error
            self._report_death()

    def _actor_loop(self) -> None:
        try:
            super()._actor_loop()
            self._contained(self.on_ended)
        except Exception as error:  # noqa: BLE001
            if self._death is None:
                self._death = error
            else:
                _log.exception("%s failed at its end, after it had died", self)
        finally:
            self._report_death()

    def _actor_loop_teardown(self) -> None:
        self.actor_inbox.close()

    def _report_death(self) -> None:
        pykka.ActorRegistry.unregister(self.actor_ref)
        self.actor_stopped.set()
        self.actor_inbox.close()
        if self.actor_inbox.undelivered:
            _log.debug("%s ended with %d messages unread", self, self.actor_inbox.undelivered)
        is_told = self.lineage is not None and tell(
            self.lineage.parent,
            ChildDied(
                name=self.lineage.name,
                incarnation=self.lineage.incarnation,
                error=self._death,
            ),
        )
        if self._death is not None and not is_told:
            _log.error("%s died, which nobody is told", self, exc_info=self._death)

    def _handle_receive(self, message: Any) -> Any:
        try:
            return self._contained(super()._handle_receive, message)
        except Exception:
            current = self.actor_inbox.current
            if current is None or current.reply_to is None:
                raise
            # Answered here: pykka would log the traceback of every refused request.
            current.reply_to.set_exception()
            return Forwarded()

    def _contained(self, function: Any, *args: Any) -> Any:
        """Call `function`; whatever is no ordinary error would stop every actor of the process."""
        try:
            return function(*args)
        except Exception:
            raise
        except BaseException as error:
            raise ActorError(f"{type(error).__name__} in {type(self).__name__}: {error}") from error

    def _handle_failure(
        self,
        _exception_type: type[BaseException] | None,
        exception_value: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        if self._death is None and isinstance(exception_value, Exception):
            self._death = exception_value
        pykka.ActorRegistry.unregister(self.actor_ref)
        self.actor_stopped.set()
