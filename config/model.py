"""Typed configuration, as the rest of the program sees it: frozen, validated, no dicts of options.

Values keep the form that the file gave them where the API shows them again (`poll_interval`);
the `…_s` properties give what the program computes with. Times are seconds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from config.duration import parse_duration
from config.policies import (
    SINK_ERRORS,
    SOURCE_ERRORS,
    ErrorsConfig,
    Isolation,
    OffsetCommit,
    RestartConfig,
    RetryConfig,
    TimeoutsConfig,
)
from config.secret import Secret

DEFAULT_BATCH_LENGTH = 1000
UNLIMITED_BATCH_LENGTH = 1_000_000
DEFAULT_INTERVAL_S = 0.005
DEFAULT_LINGER_S = 0.1


class Kind(StrEnum):
    """What a connector is; each kind has its own namespace of keys."""

    SINK = "sink"
    SOURCE = "source"


class Schema(StrEnum):
    """How payload bytes are to be read; the value is the spelling in configuration files."""

    JSON = "json"
    RAW = "raw"
    TEXT = "text"
    PROTO = "proto"
    FLAT_BUFFER = "flat_buffer"
    AVRO = "avro"


class ConfigFormat(StrEnum):
    """In which form the API shows a plugin's own configuration."""

    JSON = "json"
    YAML = "yaml"
    TOML = "toml"
    TEXT = "text"


class LogFormat(StrEnum):
    """How log lines are written to standard output."""

    TEXT = "text"
    JSON = "json"


class TopicDurability(StrEnum):
    """When Iggy confirms what is sent to the topics that the runtime creates."""

    PERSISTED = "persisted"
    REPLICATED = "replicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpConfig:
    """The HTTP API; an empty `api_key` leaves it open."""

    enabled: bool
    host: str
    port: int
    api_key: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class IggyTlsConfig:
    """TLS towards Iggy; an empty `domain` means the host part of the address."""

    enabled: bool
    ca_file: str
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IggyConfig:
    """Where Iggy is and who we are there; a non-empty `token` wins over username and password."""

    address: str
    username: str
    password: Secret
    token: Secret
    tls: IggyTlsConfig
    topic_durability: TopicDurability = TopicDurability.PERSISTED
    repair_groups: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeConfig:
    """Everything that is not about one connector."""

    http: HttpConfig
    iggy: IggyConfig
    state_path: Path
    connectors_dir: Path | None
    log_format: LogFormat
    stop_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkStream:
    """One `[[streams]]` entry of a sink: where it reads."""

    stream: str
    topics: tuple[str, ...]
    schema: Schema
    avro_schema_json: str | None = None
    avro_schema_path: str | None = None
    codec: Mapping[str, object] = field(default_factory=dict, hash=False)
    batch_length: int | None = None
    poll_interval: str | None = None
    consumer_group: str | None = None
    min_batch: int | None = None
    linger: str | None = None

    @property
    def linger_s(self) -> float:
        """How long a message may wait for `min_batch` messages to be there."""
        return DEFAULT_LINGER_S if self.linger is None else parse_duration(self.linger)

    @property
    def poll_interval_s(self) -> float:
        """The shortest time between two polls that found nothing."""
        return (
            DEFAULT_INTERVAL_S if self.poll_interval is None else parse_duration(self.poll_interval)
        )

    @property
    def max_batch_length(self) -> int:
        """The most messages that one `consume` gets."""
        return DEFAULT_BATCH_LENGTH if self.batch_length is None else self.batch_length


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceStream:
    """One `[[streams]]` entry of a source: where it writes."""

    stream: str
    topic: str
    schema: Schema
    avro_schema_json: str | None = None
    avro_schema_path: str | None = None
    codec: Mapping[str, object] = field(default_factory=dict, hash=False)
    batch_length: int | None = None
    linger_time: str | None = None

    @property
    def linger_time_s(self) -> float:
        """The shortest time between the end of one send and the next."""
        return DEFAULT_INTERVAL_S if self.linger_time is None else parse_duration(self.linger_time)

    @property
    def max_batch_length(self) -> int:
        """The most messages that one send request carries; a `batch_length` of 0 sets no limit."""
        length = DEFAULT_BATCH_LENGTH if self.batch_length is None else self.batch_length
        return length or UNLIMITED_BATCH_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class TransformConfig:
    """One transform, in file order; `options` is its whole table, `enabled` included."""

    type: str
    enabled: bool
    options: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorConfig:
    """What sinks and sources have in common.

    `plugin_config` is plain JSON-like data or None; it may hold passwords. Without `isolation` a
    native plugin, or one with a memory limit, has a process of its own.
    """

    key: str
    enabled: bool
    version: int
    name: str
    path: str
    transforms: tuple[TransformConfig, ...] = ()
    plugin_config_format: ConfigFormat | None = None
    plugin_config: object = field(default=None, repr=False)
    verbose: bool = False
    benchmark: bool = False
    retry: RetryConfig = field(default_factory=RetryConfig)
    errors: ErrorsConfig
    restart: RestartConfig = field(default_factory=RestartConfig)
    timeouts: TimeoutsConfig = field(default_factory=TimeoutsConfig)
    isolation: Isolation | None = None
    memory_limit_bytes: int | None = None
    kind: ClassVar[Kind]

    def dead_letter_topic_of(self, stream: str) -> tuple[str, str]:
        """Name the stream and topic for dead letters of records of `stream`."""
        topic = self.errors.dead_letter_topic or f"dlq_{self.kind}_{self.key}"
        return self.errors.dead_letter_stream or stream, topic


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkConfig(ConnectorConfig):
    """One sink."""

    streams: tuple[SinkStream, ...] = ()
    errors: ErrorsConfig = SINK_ERRORS
    offset_commit: OffsetCommit = OffsetCommit.AFTER_CONSUMING
    kind: ClassVar[Kind] = Kind.SINK

    def consumer_group(self, stream: SinkStream) -> str:
        """Name the consumer group that this sink reads `stream` with."""
        return stream.consumer_group or f"iggy-connect-sink-{self.key}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig(ConnectorConfig):
    """One source."""

    streams: tuple[SourceStream, ...] = ()
    errors: ErrorsConfig = SOURCE_ERRORS
    kind: ClassVar[Kind] = Kind.SOURCE


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenConnector:
    """A connector whose file cannot be used: listed with status `error`, never started.

    `key` is the key in the file, or the file's name where even that cannot be read. What the
    file did say is kept for the API: `config` is None where nothing could be made of it.
    """

    kind: Kind
    key: str
    name: str
    path: str
    enabled: bool
    error: str
    config: SinkConfig | SourceConfig | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorCatalog:
    """All connectors that the configuration names, one version of each."""

    connectors: tuple[SinkConfig | SourceConfig, ...] = ()
    broken: tuple[BrokenConnector, ...] = ()
