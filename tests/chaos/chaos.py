"""The chaos run: kills at random moments, and at the end nothing is missing."""

import contextlib
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.chaos.deliveries import Verdict, judge
from tests.chaos.scene import PARTITIONS, SINK_BATCH, SOURCE_BATCH, Runtime, Scene
from tests.support.eventually import eventually

# A kill that hits a runtime may cost this much: what was confirmed and not stored yet, 10 batches
# at most, and the batch inside `consume`.
_BATCHES_PER_KILL = 11
_ARRIVED_WITHIN_S = 15.0
_VICTIMS = {"first": 5, "second": 1, "broker": 2, "target": 2}


@dataclass(slots=True, kw_only=True)
class Report:
    """What happened; `held` kills hit a sink inside `consume`, `gaps` a source before its state.

    The last messages were delivered `arrived_s` after the producer had ended.
    """

    seed: int
    rounds: int
    kills: Counter[str] = field(default_factory=Counter)
    held: int = 0
    gaps: int = 0
    recoveries_s: list[float] = field(default_factory=list)
    arrived_s: float = 0.0
    sink: Verdict
    counted: int = 0
    counted_lost: int = 0
    counted_duplicates: int = 0
    counted_is_in_order: bool = True

    @property
    def most_duplicates(self) -> int:
        """How many duplicates the kills of this run may cost a sink."""
        kills = self.kills
        runtimes_hit = kills["first"] + kills["second"] + 2 * kills["broker"]
        return SINK_BATCH * (_BATCHES_PER_KILL * runtimes_hit + 2 * kills["target"])

    @property
    def most_counted_duplicates(self) -> int:
        """How many duplicates the kills of this run may cost the source."""
        return SOURCE_BATCH * (self.kills["first"] + self.kills["broker"])

    def __str__(self) -> str:
        kills = ", ".join(f"{victim} {count}" for victim, count in sorted(self.kills.items()))
        recoveries_s = sorted(self.recoveries_s) or [0.0]
        median_s = recoveries_s[len(recoveries_s) // 2]
        sink = self.sink
        return f"""\
seed {self.seed}: {self.rounds} rounds, {self.kills.total()} kills ({kills})
kills inside a held consume: {self.held}; between a send and its state: {self.gaps}
sink: {sink.messages} messages, {len(sink.lost)} lost, {sink.duplicates} duplicates \
(at most {self.most_duplicates}), {sink.turns_back} turns back in a partition
source: {self.counted} messages, {self.counted_lost} lost, {self.counted_duplicates} duplicates \
(at most {self.most_counted_duplicates})
recovery: {median_s:.2f} s median, {recoveries_s[-1]:.2f} s worst; the rest came \
{self.arrived_s:.2f} s after the producer's end"""

    def faults(self) -> list[str]:
        """Return what must not be."""
        checks = {
            f"held up for {self.arrived_s:.1f} s on the way out": (
                self.arrived_s > _ARRIVED_WITHIN_S
            ),
            f"lost on the way out: {self.sink.lost[:20]}": self.sink.lost,
            f"delivered before what comes before it: {self.sink.skips[:20]}": self.sink.skips,
            f"more than {self.most_duplicates} duplicates on the way out": (
                self.sink.duplicates > self.most_duplicates
            ),
            "a partition went back more often than something was killed": (
                self.sink.turns_back > self.kills.total()
            ),
            "lost on the way in": self.counted_lost,
            "out of order on the way in": not self.counted_is_in_order,
            f"more than {self.most_counted_duplicates} duplicates on the way in": (
                self.counted_duplicates > self.most_counted_duplicates
            ),
        }
        return [fault for fault, is_so in checks.items() if is_so]


class Chaos:
    """One run in `directory`, decided by `seed` as far as processes can be."""

    def __init__(self, directory: Path, seed: int) -> None:
        self._random = random.Random(seed)
        self._scene = Scene(directory)
        self._report = Report(seed=seed, rounds=0, sink=judge([], [0] * PARTITIONS))

    def run(self, rounds: int, *, least_held: int, least_gaps: int, ends_s: float) -> Report:
        """Kill for so many rounds, and on until enough of it hit, but no longer than `ends_s`.

        Only the first runtime runs a sink and a source: the rounds that are added kill that.
        """
        try:
            for runtime in self._scene.runtimes:
                self._wait_for_life(runtime, set())
            report = self._report
            while time.monotonic() < ends_s and (
                report.rounds < rounds or report.held < least_held or report.gaps < least_gaps
            ):
                is_extra = report.rounds >= rounds
                self._round("first" if is_extra else self._any_victim())
            self._finish()
            return report
        finally:
            self._scene.close()

    def _any_victim(self) -> str:
        return self._random.choices(tuple(_VICTIMS), tuple(_VICTIMS.values()))[0]

    def _round(self, victim: str) -> None:
        self._report.rounds += 1
        time.sleep(self._random.uniform(0.05, 0.6))
        downtime_s = self._random.uniform(0.0, 0.3)
        is_left_alone = self._random.random() < 0.8
        self._report.kills[victim] += 1
        recover = self._kill(victim, downtime_s)
        began_s = time.monotonic()
        if is_left_alone:
            recover()
            self._report.recoveries_s.append(time.monotonic() - began_s)

    def _kill(self, victim: str, downtime_s: float) -> Callable[[], None]:
        """Kill and start again; return what waits until it works again."""
        scene, report = self._scene, self._report
        match victim:
            case "broker":
                scene.broker.kill()
                report.held += any(runtime.is_in_consume() for runtime in scene.runtimes)
                time.sleep(downtime_s)
                scene.broker.start()
                return self._wait_for_delivery
            case "target":
                scene.target.kill()
                report.held += any(
                    runtime.is_or_was_cut_off_in_consume() for runtime in scene.runtimes
                )
                time.sleep(downtime_s)
                scene.target.start()
                return self._wait_for_delivery
        (runtime,) = (runtime for runtime in scene.runtimes if runtime.name == victim)
        scene.deliveries.new()
        lives = {delivery.run for delivery in scene.deliveries.all}
        runtime.process.kill()
        report.held += runtime.is_in_consume()
        if victim == "first":
            report.gaps += scene.last_counted() >= scene.saved()
        time.sleep(downtime_s)
        runtime.process.start()
        return lambda: self._wait_for_life(runtime, lives)

    def _wait_for_delivery(self) -> None:
        self._scene.deliveries.new()
        eventually(self._scene.deliveries.new)

    def _wait_for_life(self, runtime: Runtime, lives: set[str]) -> None:
        """Wait for a delivery by another life of the sink of that runtime than those."""
        deliveries = self._scene.deliveries

        def has_delivered() -> bool:
            deliveries.new()
            return any(
                one.runtime == runtime.name and one.run not in lives for one in deliveries.all
            )

        eventually(has_delivered)

    def _finish(self) -> None:
        """Let everything arrive, stop the runtimes as one does, and judge."""
        scene, report = self._scene, self._report
        for runtime in scene.runtimes:
            runtime.process.wait_for_status("sinks/target", "running")
        sent = scene.produced()
        began_s = time.monotonic()
        with contextlib.suppress(AssertionError):
            eventually(lambda: scene.deliveries.has_all(sent))
        report.arrived_s = time.monotonic() - began_s
        for runtime in scene.runtimes:
            assert runtime.process.stop() == 0, runtime.process.output()
        scene.deliveries.new()
        report.sink = judge(scene.deliveries.all, sent)
        counted, saved = scene.counted(), scene.saved()
        report.counted = len(counted)
        report.counted_lost = len(set(range(saved)) - set(counted))
        report.counted_duplicates = len(counted) - len(set(counted))
        report.counted_is_in_order = all(
            after <= before + 1 for before, after in zip([-1, *counted], counted, strict=False)
        )
