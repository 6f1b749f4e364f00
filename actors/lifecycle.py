"""Messages by which the runtime is started and stopped, from the top to the bottom."""

from dataclasses import dataclass
from enum import StrEnum

from actors.core import Control, Interrupt, Request
from actors.intent import Intent
from actors.queries import IggyStatus
from config.errors import ConnectError
from config.model import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAnswering(Control):
    """To the web server: let requests in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drain(Interrupt):
    """To a connector and its Iggy clients: begin nothing new, finish what is running.

    A connector then ends by itself; its clients go on until they are told to `Finish`.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish(Interrupt):
    """To an Iggy client: store what is confirmed, let go of the connection, end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AreYouThere(Control):
    """To a sink: show that you are not stuck; answered with the report `Here`."""

    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetIntent(Control, Request[None]):
    """Pause, stop, or run a connector (again); answered when the wish is kept and passed on.

    To run is also how a person ends an `error` that waits for them. Fails with
    ConnectorNotFoundError, and with StateError where the wish cannot be kept.
    """

    kind: Kind
    key: str
    intent: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentChanged(Control):
    """To a connector's supervisor: this is what a person wants now."""

    intent: Intent


@dataclass(frozen=True, slots=True, kw_only=True)
class StopConnector(Interrupt):
    """To a connector's supervisor: bring the whole group to its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorSettled(Control):
    """To the Supervisor: this connector has got as far as it gets, to `running` or `error`."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorStopped(Control):
    """To the Supervisor: all actors of this connector have ended.

    `left_behind` threads of it had to be given up before, and may still be inside the plugin.
    """

    kind: Kind
    key: str
    left_behind: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reintroduce(Control):
    """To a connector's supervisor: tell the StatusBoard again, it is a new one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IggyStatusChanged(Control):
    """To the Supervisor: how the runtime stands with Iggy; `error` says why it is not well."""

    status: IggyStatus
    error: ConnectError | None = None


class EndReason(StrEnum):
    """Why the runtime ends without having been asked to."""

    LOGIN_REFUSED = "login refused"
    CHILD_FAILED = "a part of the runtime failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeEnd:
    """The runtime cannot go on; `error` is what the part named `child` failed with."""

    reason: EndReason
    child: str
    error: Exception | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AwaitEnd(Request[RuntimeEnd]):
    """Answered when the runtime cannot go on; not before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stopped:
    """The runtime has ended; `unfinished` names what was cut off at the deadline."""

    unfinished: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRuntime(Control, Request[Stopped]):
    """End everything in order; answered when that is done, at the latest after `timeout_s`."""

    timeout_s: float
