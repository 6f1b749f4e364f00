"""Source -> topic, against the SDK alone sending fresh messages: in turns, medians of the ratios.

What the broker says that the topic holds is what counts. Each turn has a topic of its own.
"""

import asyncio
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from apache_iggy import IggyClient

from bench.api_probe import REQUESTS_PER_S, ApiProbe
from bench.broker_process import BrokerProcess
from bench.child_process import most_resident_bytes
from bench.figures import Ratio, megabytes, milliseconds, percentile, show
from bench.runtime_process import running_runtime
from bench.sdk_alone import connect, create_topic, message_count, send_rate
from bench.workload import MESSAGES, PARTITIONS, PAYLOAD_BYTES, STREAM, payload_text

RECORDS: Final = 5000
_TURN_S: Final = 1.5
_BEGINS_WITHIN_S: Final = 20.0
_RANDOM_FILLING_BYTES: Final = 114  # the random source's other fields take 86 bytes

_PREPARED: Final = {
    "path": str(Path(__file__).parent / "plugins" / "prepared_source.py"),
    "plugin_config": {"payload": payload_text(), "records": RECORDS},
}
_RANDOM: Final = {
    "path": "random",
    "plugin_config": {
        "interval": "0s",
        "messages_range": [RECORDS, RECORDS + 1],
        "payload_size": _RANDOM_FILLING_BYTES,
    },
}


class SourcePipelines:
    """Measures round after round, until `show`."""

    def __init__(self, broker: BrokerProcess, directory: Path) -> None:
        self._broker = broker
        self._directory = directory
        self._turns = 0
        self._prepared = Ratio()
        self._random = Ratio()
        self._api_s: list[float] = []
        self._most_bytes = 0

    async def run(self, seconds: float) -> None:
        """Measure for about so long, at least one round."""
        client = await connect(self._broker.address)
        deadline_s = time.monotonic() + seconds
        while True:
            started_s = time.monotonic()
            for ratio, plugin in ((self._prepared, _PREPARED), (self._random, _RANDOM)):
                sdk = await self._sdk_rate(client)
                ratio.add(await self._source_rate(client, plugin), sdk)
            round_s = time.monotonic() - started_s
            if time.monotonic() + round_s / 2 > deadline_s:
                break

    def show(self) -> None:
        """Print all figures."""
        print(
            f"sources: {PAYLOAD_BYTES} bytes to {PARTITIONS} partitions, {RECORDS} records a"
            f" poll, each with state, {MESSAGES} a request; the SDK alone sends fresh messages,"
            f" {MESSAGES} a call; medians of {self._turns // 2} turns"
        )
        self._prepared.show("sources: prepared payloads", "aim 0.5")
        self._random.show("sources: random", "no aim")
        asked = f"{len(self._api_s)} requests at {REQUESTS_PER_S}/s"
        p99_s = percentile(self._api_s, 0.99)
        show(f"sources: p99 of the API meanwhile, {asked}", milliseconds(p99_s), "aim 25 ms")
        show("sources: memory at most", megabytes(self._most_bytes), "aim 150 MB")

    async def _sdk_rate(self, client: IggyClient) -> float:
        await create_topic(client, "sent")
        rate = await send_rate(client, "sent", _TURN_S / 2)
        await client.delete_topic(STREAM, "sent")
        return rate

    async def _source_rate(self, client: IggyClient, plugin: Mapping[str, object]) -> float:
        """Let a runtime write for a while; return messages per second."""
        self._turns += 1
        name = f"source_{self._turns}"
        await create_topic(client, name)
        connector = {
            **plugin,
            "type": "source",
            "streams": [{"stream": STREAM, "topic": name, "schema": "json", "linger_time": "0s"}],
        }
        rate = await asyncio.to_thread(self._measure, name, connector)
        await client.delete_topic(STREAM, name)
        return rate

    def _measure(self, name: str, connector: Mapping[str, object]) -> float:
        probe, directory = ApiProbe(), self._directory / name
        with (
            running_runtime(self._broker.address, directory, {name: connector}) as runtime,
            probe.probing(runtime.port),
        ):
            rate, from_s = asyncio.run(growth(self._broker.address, name))
            self._most_bytes = max(self._most_bytes, most_resident_bytes(runtime.pid))
        self._api_s += probe.took_s(from_s, from_s + _TURN_S)
        return rate


async def growth(address: str, topic: str) -> tuple[float, float]:
    """Return how many messages a second a topic gains once it has some, and from when on."""
    client = await connect(address)
    deadline_s = time.monotonic() + _BEGINS_WITHIN_S
    while not (before := await message_count(client, topic)):
        if time.monotonic() > deadline_s:
            raise RuntimeError(f"nothing was sent within {_BEGINS_WITHIN_S} s")
        await asyncio.sleep(0.02)
    from_s = time.monotonic()
    await asyncio.sleep(_TURN_S)
    gained = await message_count(client, topic) - before
    return gained / (time.monotonic() - from_s), from_s
