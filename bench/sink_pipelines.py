"""Topic -> sink, against the SDK alone polling the same topic: in turns, medians of the ratios.

While a sink works the HTTP API is asked 20 times a second.
"""

import asyncio
import json
import statistics
import time
from pathlib import Path

from bench.api_probe import REQUESTS_PER_S, ApiProbe
from bench.broker_process import BrokerProcess
from bench.child_process import most_resident_bytes
from bench.figures import Ratio, megabytes, milliseconds, percentile, show
from bench.runtime_process import running_runtime
from bench.sdk_alone import connect, create_topic, fill, poll_rate
from bench.workload import MESSAGES, PARTITIONS, PAYLOAD_BYTES, STREAM

_TOPIC = "backlog"
BACKLOG = 1_600_000
_SDK_S = 0.6
_SINK_ENDS_WITHIN_S = 60.0
_PLUGINS = Path(__file__).parent / "plugins" / "checking_sinks.py"

_ADD_FIELDS = {
    "add_fields": {
        "enabled": True,
        "fields": [{"key": "added", "value": {"static": "by bench"}}],
    }
}


class SinkPipelines:
    """Measures round after round, until `show`."""

    def __init__(self, broker: BrokerProcess, directory: Path) -> None:
        self._broker = broker
        self._directory = directory
        self._turns = 0
        self._ratios = {
            (with_fields, batch_length): Ratio()
            for batch_length in (1000, 100)
            for with_fields in (False, True)
        }
        self._api_s: list[float] = []
        self._first_message_s: list[float] = []
        self._most_bytes = 0

    async def run(self, seconds: float) -> None:
        """Measure for about so long, at least one round."""
        client = await connect(self._broker.address)
        await create_topic(client, _TOPIC)
        await fill(client, _TOPIC, BACKLOG)
        deadline_s = time.monotonic() + seconds
        while True:
            started_s = time.monotonic()
            for (with_fields, batch_length), ratio in self._ratios.items():
                sdk = await poll_rate(client, _TOPIC, _SDK_S)
                rate = await asyncio.to_thread(self._sink_rate, with_fields, batch_length)
                ratio.add(rate, sdk)
            round_s = time.monotonic() - started_s
            if time.monotonic() + round_s / 2 > deadline_s:
                break
        await client.delete_topic(STREAM, _TOPIC)

    def show(self) -> None:
        """Print all figures."""
        print(
            f"sinks: {BACKLOG} x {PAYLOAD_BYTES} bytes in {PARTITIONS} partitions; the SDK alone"
            f" polls {MESSAGES} a call and reads payload(); medians of {self._turns // 4} turns"
        )
        for (with_fields, batch_length), ratio in self._ratios.items():
            what = "json + add_fields" if with_fields else "bytes"
            full = self._ratios[with_fields, 1000].median
            aim = f"aim {0.5 if with_fields else 1.0}"
            if batch_length != 1000:
                aim = f"aim 0.75 of that at 1000: {ratio.median / full:.2f}"
            ratio.show(f"sinks: {what}, batch_length {batch_length}", aim)
        p99_s = percentile(self._api_s, 0.99)
        asked = f"{len(self._api_s)} requests at {REQUESTS_PER_S}/s"
        show(f"sinks: p99 of the API meanwhile, {asked}", milliseconds(p99_s), "aim 25 ms")
        show("sinks: memory at most", megabytes(self._most_bytes), "aim 150 MB")
        first_s = statistics.median(self._first_message_s)
        show("sinks: from start to first message", milliseconds(first_s), "aim 1000 ms")

    def _sink_rate(self, with_fields: bool, batch_length: int) -> float:
        """Let a runtime empty the topic once; return messages per second."""
        self._turns += 1
        directory = self._directory / f"sink_{self._turns}"
        report = directory / "report"
        connector = {
            "type": "sink",
            "path": f"{_PLUGINS}:{'FieldSink' if with_fields else 'LengthSink'}",
            "streams": [
                {
                    "stream": STREAM,
                    "topics": [_TOPIC],
                    "schema": "json" if with_fields else "raw",
                    "batch_length": batch_length,
                }
            ],
            "transforms": _ADD_FIELDS if with_fields else {},
            "plugin_config": {"expected": BACKLOG, "report": str(report)},
        }
        key = f"sink_{self._turns}"
        probe = ApiProbe()
        with (
            running_runtime(self._broker.address, directory, {key: connector}) as runtime,
            probe.probing(runtime.port),
        ):
            first_s, last_s = await_report(report)
            self._most_bytes = max(self._most_bytes, most_resident_bytes(runtime.pid))
        self._api_s += probe.took_s(first_s, last_s)
        self._first_message_s.append(first_s - runtime.started_s)
        return BACKLOG / (last_s - first_s)


def await_report(path: Path) -> tuple[float, float]:
    """Return when a sink got its first and its last batch, as soon as it has said so."""
    deadline_s = time.monotonic() + _SINK_ENDS_WITHIN_S
    while not path.exists():
        if time.monotonic() > deadline_s:
            raise RuntimeError(f"the sink was not done within {_SINK_ENDS_WITHIN_S} s")
        time.sleep(0.02)
    first_s, last_s = json.loads(path.read_text())
    return first_s, last_s
