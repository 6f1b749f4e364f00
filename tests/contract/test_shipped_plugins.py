"""The connectors that ship with the runtime, held to what is asked of every author's."""

from typing import Any

from connectors.sinks.stdout_sink import StdoutSink
from connectors.sources.random_source import RandomSource
from connectors.testing import SinkContract, SourceContract


class TestStdoutSink(SinkContract):
    plugin_class = StdoutSink
    wrong_configs = ({"print_payload": "yes"}, ["print_payload"])

    def plugin_config(self) -> dict[str, Any]:
        return {"print_payload": True}

    def read_target(self) -> None:
        return None


class TestRandomSource(SourceContract):
    plugin_class = RandomSource
    makes_up_records = True
    wrong_configs = ({"messages_range": [5, 1]}, {"payload_size": -1})

    def plugin_config(self) -> dict[str, Any]:
        return {"interval": "1ms", "messages_range": [1, 5], "payload_size": 10}
