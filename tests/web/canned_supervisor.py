"""Stands in for the Supervisor: known answers, and keys that misbehave in one way each."""

import queue
from typing import Any

from actors.core import Actor, ChildDied, ChildReady, Forwarded, MailboxFullError
from actors.queries import (
    ConfigView,
    ConnectorNotFoundError,
    ConnectorStatus,
    ConnectorView,
    ErrorView,
    GetConfig,
    GetConnector,
    GetHealth,
    HealthView,
    IggyStatus,
    ListConnectors,
    TopicView,
)
from config.errors import ConfigError
from config.model import (
    ConfigFormat,
    Kind,
    Schema,
    SinkStream,
    SourceStream,
    TransformConfig,
)

INNER_TEXT = "the inner text of a fault"

SINK = ConnectorView(
    kind=Kind.SINK,
    key="stdout",
    name="Stdout sink",
    path="stdout",
    plugin_id=3,
    version="1.0.0",
    enabled=True,
    status=ConnectorStatus.RUNNING,
    last_error=None,
    next_retry_at_us=None,
    needs_attention=False,
    restarts=0,
    streams=(SinkStream(stream="s", topics=("t", "u"), schema=Schema.JSON),),
    topics=(
        TopicView(stream="s", topic="t", durability="persisted"),
        TopicView(stream="s", topic="u", durability=None),
    ),
    plugin_config_format=None,
    received=1,
    delivered=1,
    filtered=0,
    errors=0,
)
BROKEN_SINK = ConnectorView(
    kind=Kind.SINK,
    key="team/broken",
    name="Broken",
    path="nowhere",
    plugin_id=4,
    version="unknown",
    enabled=True,
    status=ConnectorStatus.ERROR,
    last_error=ErrorView(message="Plugin library not found", timestamp_us=1755770000000000),
    next_retry_at_us=1755770001000000,
    needs_attention=True,
    restarts=2,
    streams=(),
    plugin_config_format=ConfigFormat.YAML,
    received=0,
    delivered=0,
    filtered=0,
    errors=1,
)
SOURCE = ConnectorView(
    kind=Kind.SOURCE,
    key="random",
    name="Random source",
    path="random",
    plugin_id=1,
    version="1.0.0",
    enabled=True,
    status=ConnectorStatus.STARTING,
    last_error=None,
    next_retry_at_us=None,
    needs_attention=False,
    restarts=0,
    streams=(SourceStream(stream="s", topic="t", schema=Schema.RAW, batch_length=10),),
    plugin_config_format=ConfigFormat.JSON,
    received=0,
    delivered=0,
    filtered=0,
    errors=0,
)

TABLE = {"name": "ü", "nested": {"count": 3, "ratio": 0.5}, "items": [1, 2]}
CONFIGS: dict[str, ConfigView] = {
    "stdout": ConfigView(
        transforms=(
            TransformConfig(type="add_fields", enabled=True, options={"enabled": True, "f": [1]}),
            TransformConfig(type="filter_fields", enabled=False, options={"enabled": False}),
        ),
        plugin_config=TABLE,
        plugin_config_format=None,
    ),
    "team/broken": ConfigView(
        transforms=(), plugin_config=TABLE, plugin_config_format=ConfigFormat.YAML
    ),
    "bare": ConfigView(transforms=(), plugin_config=None, plugin_config_format=None),
    "with-null": ConfigView(
        transforms=(), plugin_config={"inner": {"a": None}}, plugin_config_format=None
    ),
    "a-list": ConfigView(transforms=(), plugin_config=[1, 2], plugin_config_format=None),
}


class CannedSupervisor(Actor):
    """Answers at once, but never when it is asked for the connector `stuck`."""

    def __init__(self, reports: "queue.SimpleQueue[ChildReady | ChildDied]") -> None:
        super().__init__()
        self._reports = reports

    def on_receive(self, message: Any) -> Any:
        match message:
            case ChildReady() | ChildDied():
                self._reports.put(message)
            case GetHealth():
                return HealthView(iggy=IggyStatus.CONNECTED)
            case ListConnectors():
                views = (SINK, BROKEN_SINK, SOURCE)
                return tuple(view for view in views if view.kind is message.kind)
            case GetConnector() | GetConfig():
                return self._one(message)
        return None

    def _one(self, request: GetConnector | GetConfig) -> Any:
        match request.key:
            case "stuck":
                return Forwarded()
            case "faulty":
                raise ValueError(INNER_TEXT)
            case "full":
                raise MailboxFullError("1000 messages wait already")
            case "misconfigured":
                raise ConfigError("no streams")
        if isinstance(request, GetConfig) and request.key in CONFIGS:
            return CONFIGS[request.key]
        if isinstance(request, GetConnector):
            if request.key.startswith("numbered-"):
                return _named(request.key)
            for view in (SINK, BROKEN_SINK, SOURCE):
                if (view.kind, view.key) == (request.kind, request.key):
                    return view
        raise ConnectorNotFoundError(request.kind, request.key)


def _named(key: str) -> ConnectorView:
    return ConnectorView(
        kind=Kind.SINK,
        key=key,
        name=key,
        path=key,
        plugin_id=1,
        version="1.0.0",
        enabled=True,
        status=ConnectorStatus.RUNNING,
        last_error=None,
        next_retry_at_us=None,
        needs_attention=False,
        restarts=0,
        streams=(),
        plugin_config_format=None,
        received=0,
        delivered=0,
        filtered=0,
        errors=0,
    )
