"""Runtimes that join, stop and die while there is a backlog: the others take over."""

import time
from collections import Counter

import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import SLOW_SINK
from tests.support.numbers import create_numbers, recorded, recorded_values
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name

SINK = "sinks/reader"
PARTITIONS = 4
BATCH = 10
MOVES_WITHIN_S = 2.0
# For a machine that does other things beside.
SLACK_S = 2.0
# A batch of 10 takes so long: a sink that takes 50 records a second, and one that takes 1000.
SLOW_S = 0.2
FAST_S = 0.01
# What was confirmed and not stored when a runtime was killed, and the batch inside `consume`.
MOST_TWICE = 11 * BATCH


class Readers:
    """Runtimes whose sinks read one topic, as one group."""

    def __init__(self, new_runtime: NewRuntime, address: str, *, pause_s: float) -> None:
        self._new_runtime = new_runtime
        self._address = address
        self._stream = unique_name("shared")
        self._pause_s = pause_s
        self._all: list[RuntimeProcess] = []
        self._numbers = range(200 if pause_s == SLOW_S else 3000)
        create_numbers(address, self._stream, self._numbers, partitions=PARTITIONS)

    def start(self) -> RuntimeProcess:
        """Start one more, and wait until its sink runs."""
        runtime = self._new_runtime(self._address)
        record = runtime.file("record")
        runtime.connectors.sink(
            "reader", SLOW_SINK, self._stream, record=record, pause_s=self._pause_s
        )
        runtime.start()
        runtime.wait_for_status(SINK, "running")
        self._all.append(runtime)
        return runtime

    def wait_for_all(self) -> Counter[int]:
        """Wait until all numbers were recorded; return how often each was."""
        missing = set(self._numbers)

        def look() -> bool:
            missing.difference_update(self._counts())
            return not missing

        self._all[-1].eventually(look)
        return self._counts()

    def is_backlog(self) -> bool:
        """Tell whether there is still something to do."""
        return len(self._counts()) < len(self._numbers)

    def _counts(self) -> Counter[int]:
        return Counter(
            value for runtime in self._all for value in recorded_values(runtime.file("record"))
        )


@pytest.fixture(params=[SLOW_S, FAST_S], ids=["50 a second", "1000 a second"])
def readers(request: pytest.FixtureRequest, new_runtime: NewRuntime, iggy_address: str) -> Readers:
    return Readers(new_runtime, iggy_address, pause_s=request.param)


def wait_for_records(runtime: RuntimeProcess) -> None:
    runtime.eventually(lambda: recorded(runtime.file("record")))


def wait_for_all_partitions(runtime: RuntimeProcess) -> None:
    """Wait until it has got something of every partition, which must not take long."""
    began_s = time.monotonic()
    runtime.eventually(lambda: partitions_of(runtime) == set(range(PARTITIONS)))
    assert time.monotonic() - began_s < MOVES_WITHIN_S + PARTITIONS * SLOW_S + SLACK_S


def partitions_of(runtime: RuntimeProcess) -> set[int]:
    return {batch.partition for batch in recorded(runtime.file("record"))}


def test_a_late_one_gets_its_share_soon_and_nothing_comes_twice(readers: Readers) -> None:
    first = readers.start()
    wait_for_records(first)
    began_s = time.monotonic()
    second = readers.start()
    wait_for_records(second)
    assert time.monotonic() - began_s < MOVES_WITHIN_S + SLOW_S + SLACK_S
    assert readers.is_backlog()
    counts = readers.wait_for_all()
    assert counts.total() == len(counts)
    assert len(partitions_of(second)) == PARTITIONS / 2


def test_what_one_that_stops_leaves_comes_once(readers: Readers) -> None:
    first, second = readers.start(), readers.start()
    wait_for_records(second)
    assert first.stop() == ExitCode.STOPPED
    assert readers.is_backlog()
    wait_for_all_partitions(second)
    counts = readers.wait_for_all()
    assert counts.total() == len(counts)


def test_what_one_that_is_killed_had_in_hand_comes_again(readers: Readers) -> None:
    first, second = readers.start(), readers.start()
    wait_for_records(second)
    first.kill()
    assert readers.is_backlog()
    wait_for_all_partitions(second)
    counts = readers.wait_for_all()
    assert counts.total() - len(counts) <= MOST_TWICE
