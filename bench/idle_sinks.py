"""What a runtime takes that has nothing to do, and how soon it notices that there is something.

The broker answers empty polls at once, so that waiting is up to the runtime.
"""

import asyncio
import http.client
import json
import statistics
import time
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from apache_iggy import SendMessage

from bench.broker_process import BrokerProcess
from bench.child_process import cpu_s, resident_bytes
from bench.figures import megabytes, milliseconds, show
from bench.runtime_process import RuntimeProcess, running_runtime
from bench.sdk_alone import connect, create_topic
from bench.workload import PARTITIONS, STREAM, payload_text

_SINKS: Final = 50
_SETTLES_S: Final = 2.0
_WATCHED_S: Final = 5.0
_RUNS_WITHIN_S: Final = 20.0
_ARRIVES_WITHIN_S: Final = 5.0
_PLUGIN: Final = f"{Path(__file__).parent / 'plugins' / 'checking_sinks.py'}:LengthSink"


def measure_idle(broker: BrokerProcess, directory: Path) -> None:
    """Print memory of one idle sink, then processor time and delays of many."""
    for partitions in (1, PARTITIONS):
        topic = f"idle_{partitions}"
        asyncio.run(_create(broker.address, topic, partitions))
        if partitions == 1:
            _one_sink(broker, directory / "one", topic)
        _many_sinks(broker, directory / topic, topic, partitions)


def _one_sink(broker: BrokerProcess, directory: Path, topic: str) -> None:
    with _running_sinks(broker, directory, topic, 1) as runtime:
        _await_running(runtime, 1)
        time.sleep(_SETTLES_S)
        show("idle: memory with one sink", megabytes(resident_bytes(runtime.pid)), "aim 70 MB")


def _many_sinks(broker: BrokerProcess, directory: Path, topic: str, partitions: int) -> None:
    with _running_sinks(broker, directory, topic, _SINKS) as runtime:
        _await_running(runtime, _SINKS)
        time.sleep(_SETTLES_S)
        before_s, from_s = cpu_s(runtime.pid), time.monotonic()
        time.sleep(_WATCHED_S)
        share = (cpu_s(runtime.pid) - before_s) / (time.monotonic() - from_s)
        what = f"idle: {_SINKS} sinks on {partitions} partition(s)"
        show(f"{what}, of a core", f"{share:.0%}", "aim 20 %")
        delays_s = asyncio.run(_send_one(broker.address, topic, partitions, directory))
        middle = milliseconds(statistics.median(delays_s))
        figure = f"{milliseconds(max(delays_s))} at most, {middle} in the middle"
        show(f"{what}, a message reaches all of them within", figure, "aim 250 ms")


def _running_sinks(
    broker: BrokerProcess, directory: Path, topic: str, count: int
) -> AbstractContextManager[RuntimeProcess]:
    return running_runtime(
        broker.address,
        directory,
        {
            f"{topic}_{count}_{number}": {
                "type": "sink",
                "path": _PLUGIN,
                "streams": [{"stream": STREAM, "topics": [topic], "schema": "raw"}],
                "plugin_config": {"expected": 1, "report": str(directory / f"report_{number}")},
            }
            for number in range(count)
        },
    )


async def _create(address: str, topic: str, partitions: int) -> None:
    await create_topic(await connect(address), topic, partitions)


async def _send_one(address: str, topic: str, partitions: int, directory: Path) -> list[float]:
    """Send a message to the last partition; return how long it took to each sink."""
    client = await connect(address)
    sent_s = time.monotonic()
    await client.send_messages(STREAM, topic, partitions - 1, [SendMessage(payload_text())])
    reports = [directory / f"report_{number}" for number in range(_SINKS)]
    while not all(report.exists() for report in reports):
        if time.monotonic() > sent_s + _ARRIVES_WITHIN_S:
            raise RuntimeError(f"a message did not arrive within {_ARRIVES_WITHIN_S} s")
        await asyncio.sleep(0.05)
    return [json.loads(report.read_text())[0] - sent_s for report in reports]


def _await_running(runtime: RuntimeProcess, count: int) -> None:
    deadline_s = time.monotonic() + _RUNS_WITHIN_S
    while time.monotonic() < deadline_s:
        connection = http.client.HTTPConnection("127.0.0.1", runtime.port, timeout=5)
        connection.request("GET", "/sinks")
        sinks = json.loads(connection.getresponse().read())
        connection.close()
        if [sink["status"] for sink in sinks] == ["running"] * count:
            return
        time.sleep(0.05)
    raise RuntimeError(f"not all sinks ran within {_RUNS_WITHIN_S} s")
