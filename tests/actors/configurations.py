"""Configurations for tests of the actors: little has to be said."""

from pathlib import Path

from actors.iggy.group_topic import GroupTopic
from config.model import (
    HttpConfig,
    LogFormat,
    RuntimeConfig,
    Schema,
    SinkConfig,
    SinkStream,
    SourceConfig,
    SourceStream,
)
from config.secret import Secret
from tests.actors.iggy.connecting import ROOT_PASSWORD, iggy_config
from tests.support.sdk import unique_name


def sink_config(
    key: str,
    *,
    path: str = "tests.actors.staged_plugins:StagedSink",
    where: GroupTopic | None = None,
    enabled: bool = True,
    plugin_config: object = None,
) -> SinkConfig:
    """Return a sink that reads `where`, or else topics that nobody has."""
    stream = where.stream if where else unique_name("s")
    topics = (where.topic,) if where else ("one", "two")
    group = where.group if where else None
    return SinkConfig(
        key=key,
        enabled=enabled,
        version=0,
        name=f"The {key} sink",
        path=path,
        plugin_config=plugin_config,
        streams=(
            SinkStream(stream=stream, topics=topics, schema=Schema.RAW, consumer_group=group),
        ),
    )


def source_config(
    key: str, *, path: str = "tests.actors.staged_plugins:StagedSource"
) -> SourceConfig:
    """Return a source that writes to a topic of its own."""
    stream = SourceStream(stream=unique_name("s"), topic="topic", schema=Schema.RAW)
    return SourceConfig(
        key=key,
        enabled=True,
        version=0,
        name=f"The {key} source",
        path=path,
        streams=(stream,),
    )


def runtime_config(
    address: str, state_path: Path, *, password: str = ROOT_PASSWORD
) -> RuntimeConfig:
    """Return a runtime that logs in as root."""
    return RuntimeConfig(
        http=HttpConfig(enabled=False, host="127.0.0.1", port=0, api_key=Secret("")),
        iggy=iggy_config(address, password=password),
        state_path=state_path,
        connectors_dir=None,
        log_format=LogFormat.TEXT,
        stop_timeout_s=4.0,
    )
