"""Everything that a chaos run needs, as processes: broker, producer, target, two runtimes.

The producer fills the topic `numbers` of the stream `sent`, which a sink in each of the runtimes
reads, as one consumer group, and writes to the target. A source in the first runtime fills the
topic `numbers` of the stream `counted`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import orjson
from apache_iggy import Consumer, PollingStrategy

from tests.chaos.child_process import ChildProcess
from tests.chaos.counting_source import number_in
from tests.chaos.deliveries import Deliveries
from tests.chaos.target_sink import BEGUN, FAILED
from tests.support.broker import BrokerProcess
from tests.support.numbers import TOPIC, create_numbers, read_numbers
from tests.support.runtime import RuntimeProcess
from tests.support.sdk import connect, run

PARTITIONS = 4
SINK_BATCH = 10
SOURCE_BATCH = 10

_HOLD_S = 0.02
_PER_S = 400.0
_SINK = "tests.chaos.target_sink:TargetSink"
_SOURCE = "tests.chaos.counting_source:CountingSource"


@dataclass(frozen=True, slots=True)
class Runtime:
    """One of the runtimes, and the journal of its sink."""

    name: str
    process: RuntimeProcess
    journal: Path

    def is_in_consume(self) -> bool:
        """Tell whether its sink is, or was when it was killed, inside `consume`."""
        return _last_byte(self.journal) == BEGUN

    def is_or_was_cut_off_in_consume(self) -> bool:
        """Tell the same of a sink whose target was killed, which it may have noticed already."""
        return _last_byte(self.journal) in (BEGUN, FAILED)


class Scene:
    """Starts everything in `directory`; `close` kills it."""

    def __init__(self, directory: Path) -> None:
        port_file = directory / "target.port"
        self._stop_file = directory / "stop"
        self.deliveries = Deliveries(directory / "delivered")
        self.broker = BrokerProcess(directory / "broker", {})
        self.broker.start()
        create_numbers(self.broker.address, "sent", partitions=PARTITIONS)
        self.target = ChildProcess(
            "tests.chaos.target_server",
            directory / "delivered",
            port_file,
            _HOLD_S,
            output_file=directory / "target.log",
        )
        self.target.start()
        self._producer = ChildProcess(
            "tests.chaos.producer",
            self.broker.address,
            "sent",
            PARTITIONS,
            _PER_S,
            self._stop_file,
            output_file=directory / "producer.log",
        )
        self._producer.start()
        self.runtimes = [self._runtime(name, directory, port_file) for name in ("first", "second")]
        self.runtimes[0].process.connectors.source(
            "counting", _SOURCE, "counted", batch=SOURCE_BATCH
        )
        for runtime in self.runtimes:
            runtime.process.start()

    def _runtime(self, name: str, directory: Path, port_file: Path) -> Runtime:
        process = RuntimeProcess(directory / name, self.broker.address, {})
        journal = process.file("journal")
        process.connectors.sink(
            "target", _SINK, "sent", runtime=name, journal=journal, port_file=port_file
        )
        return Runtime(name, process, journal)

    def produced(self) -> list[int]:
        """End the producer; return how many numbers of each partition were acknowledged."""
        self._stop_file.touch()
        counts: list[int] = orjson.loads(self._producer.last_line())
        return counts

    def saved(self) -> int:
        """Return the next number by the source's saved state."""
        file = self.runtimes[0].process.state / "source_counting.state"
        return number_in(file.read_bytes()) if file.exists() else 0

    def last_counted(self) -> int:
        """Return the last number that the source has brought into Iggy, -1 for none."""

        async def last() -> int:
            client = await connect(self.broker.address)
            if await client.get_topic("counted", TOPIC) is None:
                return -1
            polled = await client.poll_messages(
                "counted",
                TOPIC,
                consumer=Consumer.Single("chaos"),
                partition_id=0,
                polling_strategy=PollingStrategy.Last(),
                count=1,
                auto_commit=False,
            )
            return int(polled[0].payload()) if polled else -1

        return run(last)

    def counted(self) -> list[int]:
        """Return everything that the source has brought into Iggy."""
        return read_numbers(self.broker.address, "counted")

    def close(self) -> None:
        """Kill what is left."""
        ends: list[Callable[[], None]] = [runtime.process.kill for runtime in self.runtimes]
        for end in (*ends, self.target.kill, self._producer.kill, self.broker.kill):
            end()


def _last_byte(file: Path) -> bytes:
    return file.read_bytes()[-1:] if file.exists() else b""
