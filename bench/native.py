"""Native plugins against Python ones, and processes against threads: the same pipelines, in turns.

The native plugins are compiled here with the system's compiler and do as little as the Python ones.
"""

import asyncio
import itertools
import random
import shutil
import statistics
import subprocess
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.broker_process import BrokerProcess
from bench.figures import show
from bench.runtime_process import RuntimeProcess, running_runtime
from bench.sdk_alone import connect, create_topic, fill
from bench.sink_pipelines import BACKLOG, await_report
from bench.source_pipelines import RECORDS, growth
from bench.workload import MESSAGES, PAYLOAD_BYTES, STREAM, payload_text
from config.model import Schema
from connectors.batch import Batch
from connectors.native.postcard import encode_messages

_PLUGINS: Final = Path(__file__).parent / "plugins"
_COMPILER: Final = shutil.which("cc")
_TOPIC: Final = "native_backlog"
_MICROSECONDS: Final = 1e6
_ENCODED_BATCHES: Final = 50

# Which plugin, and where it runs.
_Variant = tuple[str, str]
_VARIANTS: Final = tuple(itertools.product(("python", "native"), ("thread", "process")))


class NativePipelines:
    """Measures round after round, until `show`."""

    def __init__(self, broker: BrokerProcess, directory: Path) -> None:
        self._broker = broker
        self._directory = directory
        self._turns = itertools.count(1)
        self._sinks: dict[_Variant, list[float]] = {variant: [] for variant in _VARIANTS}
        self._sources: dict[_Variant, list[float]] = {variant: [] for variant in _VARIANTS}

    async def run(self, seconds: float) -> None:
        """Measure for about so long, at least one round."""
        if _COMPILER is None:
            return
        sink_library = self._compiled("counting_sink")
        source_library = self._compiled("prepared_source")
        client = await connect(self._broker.address)
        await create_topic(client, _TOPIC)
        await fill(client, _TOPIC, BACKLOG)
        deadline_s = time.monotonic() + seconds
        while True:
            started_s = time.monotonic()
            for variant in _VARIANTS:
                rate = await asyncio.to_thread(self._sink_rate, variant, sink_library)
                self._sinks[variant].append(rate)
                topic = f"native_{next(self._turns)}"
                await create_topic(client, topic)
                rate = await asyncio.to_thread(self._source_rate, variant, source_library, topic)
                self._sources[variant].append(rate)
                await client.delete_topic(STREAM, topic)
            round_s = time.monotonic() - started_s
            if time.monotonic() + round_s / 2 > deadline_s:
                break

    def show(self) -> None:
        """Print all figures."""
        if _COMPILER is None:
            print("native: there is no C compiler (cc), so nothing was measured")
            return
        print(f"native: {PAYLOAD_BYTES} bytes a message, batches of {MESSAGES}, sources {RECORDS}")
        for name, rates in (("sinks", self._sinks), ("sources", self._sources)):
            medians = {variant: statistics.median(rates[variant]) for variant in _VARIANTS}
            for (plugin, place), rate in medians.items():
                parts = [f"of python {rate / medians['python', place]:.2f}, no aim"]
                if place == "process":
                    parts = [f"of a thread {rate / medians[plugin, 'thread']:.2f}, aim 0.5"]
                label = f"native: {name}, {plugin} in a {place}"
                show(label, f"{rate / 1e6:5.2f} M msg/s", "; ".join(parts))
        encoding_s = _encoding_s()
        share = encoding_s * statistics.median(self._sinks["native", "thread"])
        figure = f"{encoding_s * _MICROSECONDS:.1f} µs a message, {share:.0%} of the native sink"
        show("native: encoding for a sink", figure, "aim 3 µs")

    def _compiled(self, name: str) -> Path:
        library = self._directory / f"{name}.so"
        source = _PLUGINS / "native" / f"{name}.c"
        assert _COMPILER is not None
        command = [
            _COMPILER,
            "-shared",
            "-fPIC",
            "-O2",
            "-pthread",
            "-o",
            str(library),
            str(source),
        ]
        subprocess.run(command, check=True)
        return library

    def _sink_rate(self, variant: _Variant, library: Path) -> float:
        """Let a runtime empty the topic once; return messages per second."""
        plugin, isolation = variant
        key = f"sink_{next(self._turns)}"
        report = self._directory / f"{key}.report"
        connector = {
            "type": "sink",
            "path": _path(plugin, "checking_sinks.py:LengthSink", library),
            "isolation": isolation,
            "streams": [
                {"stream": STREAM, "topics": [_TOPIC], "schema": "raw", "batch_length": MESSAGES}
            ],
            "plugin_config": {"expected": BACKLOG, "report": str(report)},
        }
        with self._running(key, connector):
            first_s, last_s = await_report(report)
        return BACKLOG / (last_s - first_s)

    def _source_rate(self, variant: _Variant, library: Path, topic: str) -> float:
        """Let a runtime write for a while; return messages per second."""
        plugin, isolation = variant
        payload = payload_text()
        connector = {
            "type": "source",
            "path": _path(plugin, "prepared_source.py", library),
            "isolation": isolation,
            "streams": [{"stream": STREAM, "topic": topic, "schema": "json", "linger_time": "0s"}],
            "plugin_config": {
                "payload": payload,
                "hex": payload.encode().hex(),
                "records": RECORDS,
            },
        }
        with self._running(topic, connector):
            rate, _ = asyncio.run(growth(self._broker.address, topic))
        return rate

    def _running(
        self, key: str, connector: Mapping[str, object]
    ) -> AbstractContextManager[RuntimeProcess]:
        return running_runtime(self._broker.address, self._directory / key, {key: connector})


def _path(plugin: str, python_path: str, library: Path) -> str:
    return str(library) if plugin == "native" else str(_PLUGINS / python_path)


def _encoding_s() -> float:
    """Return what it costs to write one message of a batch for a native sink."""
    messages = [_Received(offset) for offset in range(MESSAGES)]
    best_s = float("inf")
    for _ in range(_ENCODED_BATCHES):
        batch = Batch(
            messages,
            stream=STREAM,
            topic=_TOPIC,
            partition_id=0,
            current_offset=MESSAGES,
            schema=Schema.RAW,
        )
        started_s = time.perf_counter()
        encode_messages(batch)
        best_s = min(best_s, time.perf_counter() - started_s)
    return best_s / MESSAGES


@dataclass(frozen=True, slots=True)
class _Received:
    """A message with an id and a checksum as wide as real ones."""

    number: int
    data: bytes = payload_text().encode()
    wide: int = random.getrandbits(128)

    def payload(self) -> bytes:
        return self.data

    def offset(self) -> int:
        return self.number

    def timestamp(self) -> int:
        return 1_700_000_000_000_000

    def origin_timestamp(self) -> int:
        return 1_700_000_000_000_000

    def id(self) -> int:
        return self.wide ^ self.number

    def checksum(self) -> int:
        return self.wide >> 64

    def user_headers(self) -> Mapping[object, object] | None:
        return None
