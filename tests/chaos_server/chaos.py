"""Crashes of a server that forgets, at random moments, with two runtimes reading through a group.

What counts is the topic as it reads after the last restart. A source in the first runtime fills
another one, which it has created itself: of that a crash takes nothing.
"""

import contextlib
import random
import time
from dataclasses import dataclass, field
from pathlib import Path

from apache_iggy import Consumer, PollingStrategy

from tests.chaos.child_process import ChildProcess
from tests.chaos.counting_source import number_in
from tests.support.connector_folder import RECORDING_SINK
from tests.support.eventually import eventually
from tests.support.killable_server import KillableServer
from tests.support.numbers import TOPIC, create_numbers, read_numbers, recorded
from tests.support.runtime import RuntimeProcess
from tests.support.sdk import connect, run, unique_name

PARTITIONS = 4
GOES_ON_WITHIN_S = 15.0

_CHUNK = 1000
_SOURCE = "tests.chaos.counting_source:CountingSource"
_SOURCE_BATCH = 10


@dataclass(slots=True, kw_only=True)
class Report:
    """What happened; recoveries are from a restart until every partition delivered what is new.

    `counted` messages are in the source's topic, `counted_missing` were taken as sent and are not.
    """

    seed: int
    crashes: int = 0
    kills: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    messages: int = 0
    delivered: int = 0
    missing: list[tuple[int, int]] = field(default_factory=list)
    counted: int = 0
    counted_missing: list[int] = field(default_factory=list)
    counted_twice: int = 0

    def __str__(self) -> str:
        recoveries = ", ".join(f"{recovery_s:.1f}" for recovery_s in self.recoveries_s)
        return (
            f"seed {self.seed}: {self.crashes} crashes of the server, {self.kills} kills of a"
            f" runtime\n{self.messages} messages in the topic, {len(self.missing)} of them missing"
            f" at the target, which got {self.delivered}\n{self.counted} messages from the source,"
            f" {len(self.counted_missing)} missing, {self.counted_twice} twice"
            f"\nrecoveries: {recoveries} s"
        )

    def faults(self) -> list[str]:
        """Return what must not be."""
        slow = [one for one in self.recoveries_s if one > GOES_ON_WITHIN_S]
        return [
            *([f"lost (partition, offset): {self.missing[:20]}"] if self.missing else []),
            *([f"lost on the way in: {self.counted_missing[:20]}"] if self.counted_missing else []),
            *([] if self.counted else ["the source brought nothing"]),
            *([f"went on only after {slow} s"] if slow else []),
        ]


class CrashChaos:
    """One run in `directory` on a running server, decided by `seed` as far as processes can be."""

    def __init__(self, directory: Path, server: KillableServer, seed: int) -> None:
        self._random = random.Random(seed)
        self._report = Report(seed=seed)
        self._stop_file = directory / "stop"
        self._stream = unique_name("crashed")
        self._counted_stream = unique_name("counted")
        self._server = server
        create_numbers(self._server.address, self._stream, partitions=PARTITIONS)
        self._producer = ChildProcess(
            "tests.chaos_server.stamping_producer",
            self._server.address,
            self._stream,
            PARTITIONS,
            self._stop_file,
            output_file=directory / "producer.log",
        )
        self._runtimes = [self._runtime(directory / name) for name in ("first", "second")]
        self._runtimes[0].connectors.source(
            "counting", _SOURCE, self._counted_stream, batch=_SOURCE_BATCH
        )

    def run(self, rounds: int) -> Report:
        """Crash the server in each round, sometimes twice in a row; return what came of it."""
        try:
            self._producer.start()
            for runtime in self._runtimes:
                runtime.start()
            self._wait_for_new_messages(time.time())
            for _ in range(rounds):
                self._round()
            self._judge()
        finally:
            self._stop_file.touch()
            for runtime in self._runtimes:
                runtime.kill()
            self._producer.kill()
        return self._report

    def _runtime(self, directory: Path) -> RuntimeProcess:
        runtime = RuntimeProcess(directory, self._server.address, {})
        record = runtime.file("record")
        runtime.connectors.sink("reader", RECORDING_SINK, self._stream, record=record)
        return runtime

    def _round(self) -> None:
        time.sleep(self._random.uniform(0.0, 1.5))
        self._crash()
        if self._random.random() < 0.4:
            time.sleep(self._random.uniform(0.3, 7.0))
            self._crash()
        if self._random.random() < 0.3:
            time.sleep(self._random.uniform(0.0, 7.0))
            self._kill(self._random.choice(self._runtimes))
        self._wait_for_new_messages(time.time())

    def _crash(self) -> None:
        self._report.crashes += 1
        self._server.kill()
        time.sleep(self._random.uniform(0.0, 0.5))
        self._server.restart()

    def _kill(self, runtime: RuntimeProcess) -> None:
        self._report.kills += 1
        runtime.kill()
        runtime.start()

    def _wait_for_new_messages(self, restarted_s: float) -> None:
        """Wait until of every partition something came that was sent after the restart."""
        new_from = int(restarted_s * 1e6)

        def all_go_on() -> bool:
            return {
                batch.partition
                for runtime in self._runtimes
                for batch in recorded(runtime.file("record"))[-200:]
                if batch.values[-1] >= new_from
            } == set(range(PARTITIONS))

        with contextlib.suppress(AssertionError):
            eventually(all_go_on)
        self._report.recoveries_s.append(time.time() - restarted_s)

    def _judge(self) -> None:
        """Compare the topics with what arrived, when all has had the time to arrive."""
        self._stop_file.touch()
        there = {partition: self._topic(partition) for partition in range(PARTITIONS)}

        def missing() -> list[tuple[int, int]]:
            arrived: dict[int, set[int]] = {partition: set() for partition in there}
            for runtime in self._runtimes:
                for batch in recorded(runtime.file("record")):
                    arrived[batch.partition].update(batch.values)
            self._report.delivered = sum(map(len, arrived.values()))
            return [
                (partition, offset)
                for partition, numbers in there.items()
                for offset, number in enumerate(numbers)
                if number not in arrived[partition]
            ]

        with contextlib.suppress(AssertionError):
            eventually(lambda: not missing())
        self._report.messages = sum(map(len, there.values()))
        self._report.missing = missing()
        self._judge_source()

    def _judge_source(self) -> None:
        """Compare what the source has taken as sent with its topic, which goes on growing."""
        file = self._runtimes[0].state / "source_counting.state"
        saved = number_in(file.read_bytes()) if file.exists() else 0
        counted = read_numbers(self._server.address, self._counted_stream)
        self._report.counted = len(counted)
        self._report.counted_missing = sorted(set(range(saved)) - set(counted))
        self._report.counted_twice = len(counted) - len(set(counted))

    def _topic(self, partition: int) -> list[int]:
        async def read() -> list[int]:
            client = await connect(self._server.address)
            found: list[int] = []
            while True:
                polled = await client.poll_messages(
                    self._stream,
                    TOPIC,
                    consumer=Consumer.Single("judge"),
                    partition_id=partition,
                    polling_strategy=PollingStrategy.Offset(len(found)),
                    count=_CHUNK,
                    auto_commit=False,
                )
                if not polled:
                    return found
                found += [int(message.payload()) for message in polled]

        return run(read)
