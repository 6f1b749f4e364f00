"""Keeps a connection of the runtime's own, to know at any moment how it stands with Iggy."""

from dataclasses import dataclass

from actors.core import Control, Lineage, Scheduled, tell
from actors.iggy.iggy_client_actor import IggyClientActor
from actors.iggy.iggy_error import IggyError, LoginRefusedError, VersionRefusedError
from actors.iggy.session import Session
from actors.lifecycle import Finish, IggyStatusChanged
from actors.queries import IggyStatus
from actors.services import Services
from config.model import IggyConfig

_PING_INTERVAL_S = 1.0
_PING_LIMIT_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ping(Control):
    pass


class IggyAdmin(IggyClientActor[None]):
    """Tells its parent `IggyStatusChanged`, once for every change."""

    def __init__(self, lineage: Lineage, *, services: Services, iggy: IggyConfig) -> None:
        super().__init__(lineage, services=services, iggy=iggy)
        self._parent = lineage.parent
        self._status: IggyStatus | None = None
        self._next_ping: Scheduled | None = None

    async def prepare(self, session: Session) -> None:
        """Do nothing more."""

    def connected(self, _prepared: None) -> None:
        """Report, and ask for a sign of life from time to time."""
        self._change(IggyStatus.CONNECTED)
        self._ping_later()

    def lost(self, error: IggyError, _retry_in_s: float) -> None:
        """Report."""
        if self._next_ping is not None:
            self._next_ping.cancel()
        is_refused = isinstance(error, LoginRefusedError | VersionRefusedError)
        self._change(IggyStatus.REFUSED if is_refused else IggyStatus.CONNECTING, error)

    def handle(self, message: object) -> None:
        """Ping, or end."""
        match message:
            case _Ping() if self.session is not None and not self.is_calling:
                self.call(Session.ping, self._ping_later, limit_s=_PING_LIMIT_S)
            case Finish():
                self.stop()

    def go_on(self) -> None:
        """Nothing: the timer decides."""

    def _ping_later(self, _pong: None = None) -> None:
        self._next_ping = self.timer.tell_later(_PING_INTERVAL_S, self.actor_ref, _Ping())

    def _change(self, status: IggyStatus, error: IggyError | None = None) -> None:
        if status is not self._status:
            self._status = status
            tell(self._parent, IggyStatusChanged(status=status, error=error))
