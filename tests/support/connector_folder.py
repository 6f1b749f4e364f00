"""Connector files for a runtime, and the plugins of `tests/support/plugins` by their paths."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tomli_w

_PLUGINS = "tests.support.plugins"
RECORDING_SINK = f"{_PLUGINS}.recording_sink:RecordingSink"
HOLDING_SINK = f"{_PLUGINS}.holding_sink:HoldingSink"
FAILING_SINK = f"{_PLUGINS}.failing_sink:FailingSink"
REJECTING_SINK = f"{_PLUGINS}.rejecting_sink:RejectingSink"
SLOW_SINK = f"{_PLUGINS}.slow_sink:SlowSink"
STUCK_IN_CLOSE_SINK = f"{_PLUGINS}.stuck_in_close_sink:StuckInCloseSink"
UNOPENABLE_SINK = f"{_PLUGINS}.unopenable_sink:UnopenableSink"
NUMBERED_SOURCE = f"{_PLUGINS}.numbered_source:NumberedSource"


class ConnectorFolder:
    """A directory of connector files at `path`; `plugin_config` may hold paths, written as text."""

    def __init__(self, path: Path) -> None:
        path.mkdir(parents=True)
        self.path = path

    def sink(
        self,
        key: str,
        plugin: str,
        stream: str,
        topics: Sequence[str] = ("numbers",),
        **plugin_config: object,
    ) -> None:
        """Add a sink that reads JSON in batches of 10."""
        streams = {
            "stream": stream,
            "topics": list(topics),
            "schema": "json",
            "batch_length": 10,
            "poll_interval": "5ms",
        }
        self._write("sink", key, plugin, streams, plugin_config)

    def source(self, key: str, plugin: str, stream: str, **plugin_config: object) -> None:
        """Add a source that produces JSON into the topic `numbers`."""
        streams = {"stream": stream, "topic": "numbers", "schema": "json"}
        self._write("source", key, plugin, streams, plugin_config)

    def _write(
        self, kind: str, key: str, plugin: str, stream: object, plugin_config: Mapping[str, object]
    ) -> None:
        document = {
            "type": kind,
            "key": key,
            "enabled": True,
            "version": 0,
            "name": f"{key} {kind}",
            "path": plugin,
            "streams": [stream],
            "plugin_config": {
                name: str(value) if isinstance(value, Path) else value
                for name, value in plugin_config.items()
            },
        }
        (self.path / f"{key}.toml").write_text(tomli_w.dumps(document))
