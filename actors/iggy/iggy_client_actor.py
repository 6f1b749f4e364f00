"""What all actors that own an Iggy connection have in common: connect, call, lose, connect again.

The actor never waits for the server: a call runs in the Iggy loop's thread, and its result comes
back as a message. One call is under way at a time, as on the connection itself. After any error
the connection is dropped, because nothing on it can be trusted any more.
"""

from abc import abstractmethod
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from actors.core import Actor, Backoff, Control, Lineage, Scheduled, tell
from actors.iggy.iggy_error import IggyError
from actors.iggy.open_session import open_session
from actors.iggy.session import Session
from actors.services import Services
from config.model import IggyConfig

PreparedT = TypeVar("PreparedT")
ResultT = TypeVar("ResultT")

_CONNECT_LIMIT_S = 10.0
_RECONNECT = Backoff(initial_s=0.2, max_s=2.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connected(Control):
    session: Session
    prepared: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallDone(Control):
    then: Callable[[Any], None]
    result: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class _CallFailed(Control):
    error: IggyError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Connect(Control):
    pass


class IggyClientActor(Actor, Generic[PreparedT]):
    """Connects when it starts and whenever the connection was lost, with a growing pause."""

    def __init__(self, lineage: Lineage, *, services: Services, iggy: IggyConfig) -> None:
        super().__init__(lineage)
        self.timer = services.timer
        self.session: Session | None = None
        self.is_calling = False
        self._iggy_loop = services.iggy_loop
        self._iggy = iggy
        self._failures = 0
        self._reconnect: Scheduled | None = None

    @abstractmethod
    async def prepare(self, session: Session) -> PreparedT:
        """Do what a new connection needs, in the Iggy loop's thread; raises IggyError."""

    @abstractmethod
    def connected(self, prepared: PreparedT) -> None:
        """Take note that there is a connection, with what `prepare` returned."""

    @abstractmethod
    def lost(self, error: IggyError, retry_in_s: float) -> None:
        """Take note that there is none, and when another is tried."""

    @abstractmethod
    def handle(self, message: object) -> None:
        """Handle a message."""

    @abstractmethod
    def go_on(self) -> None:
        """Decide what to do next; called after every message."""

    def on_started(self) -> None:
        """Connect."""
        self._connect()

    def on_ended(self) -> None:
        """Let go of the connection."""
        if self.session is not None:
            self.session.close()

    def on_receive(self, message: object) -> None:
        """Follow the connection, leave the rest to `handle`, then `go_on`."""
        match message:
            case _CallDone():
                self.is_calling, self._failures = False, 0
                message.then(message.result)
            case _Connected():
                self.is_calling = False
                self.session = message.session
                self.connected(message.prepared)
            case _CallFailed():
                self.is_calling = False
                self._lose(message.error)
            case _Connect():
                self._reconnect = None
                self._connect()
            case _:
                self.handle(message)
        self.go_on()

    def call(
        self,
        call: Callable[[Session], Coroutine[Any, Any, ResultT]],
        then: Callable[[ResultT], None],
        *,
        limit_s: float,
    ) -> None:
        """Call Iggy; `then` gets the result in this actor's thread, unless it fails."""
        session = self.session
        assert session is not None  # noqa: S101
        self._submit(
            lambda: call(session), lambda result: _CallDone(then=then, result=result), limit_s
        )

    def _connect(self) -> None:
        iggy, prepare = self._iggy, self.prepare

        async def connect() -> _Connected:
            session = await open_session(iggy)
            try:
                return _Connected(session=session, prepared=await prepare(session))
            except BaseException:
                session.close()
                raise

        self._submit(connect, lambda connected: connected, _CONNECT_LIMIT_S)

    def _lose(self, error: IggyError) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None
        self._failures += 1
        retry_in_s = _RECONNECT.delay_s(self._failures)
        self._reconnect = self.timer.tell_later(retry_in_s, self.actor_ref, _Connect())
        self.lost(error, retry_in_s)

    def _submit(
        self,
        call: Callable[[], Coroutine[Any, Any, ResultT]],
        to_message: Callable[[ResultT], object],
        limit_s: float,
    ) -> None:
        ref = self.actor_ref

        def done(result: ResultT | IggyError) -> None:
            if isinstance(result, IggyError):
                tell(ref, _CallFailed(error=result))
            else:
                tell(ref, to_message(result))

        self.is_calling = True
        self._iggy_loop.submit(call, timeout_s=limit_s, on_done=done)
