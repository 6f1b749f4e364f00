"""What can be asked of the Supervisor, and the views it answers with; all of it immutable."""

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from actors.core import ActorError, Request
from config.model import ConfigFormat, Kind, SinkStream, SourceStream, TransformConfig


class ConnectorStatus(StrEnum):
    """What a connector does at this moment; docs/operations.md has the table."""

    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    STOPPED = "stopped"
    ERROR = "error"


class IggyStatus(StrEnum):
    """How the runtime stands with Iggy, as its own client sees it."""

    CONNECTING = "connecting"
    CONNECTED = "connected"
    REFUSED = "refused"


class ConnectorNotFoundError(ActorError):
    """No connector of that kind has that key; a disabled one counts as not there."""

    code: ClassVar[str] = "connector_not_found"

    def __init__(self, kind: Kind, key: str) -> None:
        super().__init__(f"{kind.capitalize()} not found with key: {key}")
        self.kind = kind
        self.key = key


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorView:
    """The latest unrecovered error; the time is in microseconds since 1970."""

    message: str
    timestamp_us: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicView:
    """A topic that a connector uses; what its messages survive, None where Iggy does not tell."""

    stream: str
    topic: str
    durability: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorView:
    """One connector as it is now.

    `plugin_id` counts start attempts over all connectors of the process. `next_retry_at_us` is
    when what failed is tried again, in microseconds since 1970; `needs_attention` says that it is
    not, until a person acts; `paused` that a person wants a pause. `recent_errors` are the last
    ten, the latest last. `topics` are those that were found in Iggy. Counts are of messages, since
    the process started.
    """

    kind: Kind
    key: str
    name: str
    path: str
    plugin_id: int
    version: str
    enabled: bool
    status: ConnectorStatus
    last_error: ErrorView | None
    next_retry_at_us: int | None
    needs_attention: bool
    paused: bool = False
    recent_errors: tuple[ErrorView, ...] = ()
    topics: tuple[TopicView, ...] = ()
    restarts: int
    streams: tuple[SinkStream, ...] | tuple[SourceStream, ...]
    plugin_config_format: ConfigFormat | None
    received: int
    delivered: int
    filtered: int
    errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListConnectors(Request[tuple[ConnectorView, ...]]):
    """All connectors of one kind, in order of their keys."""

    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConnector(Request[ConnectorView]):
    """One connector; fails with ConnectorNotFoundError."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigView:
    """What a connector's file says of its transforms and its plugin.

    `plugin_config` is plain JSON-like data (the receiver must not change it), None when the file
    has no such table. It may hold passwords.
    """

    transforms: tuple[TransformConfig, ...]
    plugin_config: object
    plugin_config_format: ConfigFormat | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetConfig(Request[ConfigView]):
    """A connector's configuration; fails with ConnectorNotFoundError."""

    kind: Kind
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StateView:
    """A source's saved state; None before the first."""

    key: str
    state: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GetState(Request[StateView]):
    """A snapshot of a source's saved state; fails with StateError when it cannot be read."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthView:
    """The runtime answers, and this is how it stands with Iggy."""

    iggy: IggyStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class GetHealth(Request[HealthView]):
    """Answered by the Supervisor itself: no answer means that the runtime is not healthy."""
