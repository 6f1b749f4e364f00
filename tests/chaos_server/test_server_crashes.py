"""A server that is killed and forgets: what is in the topic afterwards reaches the target.

The messages that the crash took are gone for everybody, and others get their offsets.
"""

import time

import pytest

from tests.chaos_server.crashing_server import CrashingServer
from tests.support.connector_folder import HOLDING_SINK, RECORDING_SINK
from tests.support.killable_server import KillableServer
from tests.support.numbers import (
    create_numbers,
    recorded_values,
    send_numbers,
    stored_offset,
)
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name

SINK = "sinks/reader"
# Dead members are told apart from others by 5 s; the issue allows 15 s in all.
GOES_ON_WITHIN_S = 15.0


@pytest.fixture
def server(killable_server: KillableServer) -> CrashingServer:
    server = CrashingServer(killable_server, unique_name("crashed"))
    create_numbers(server.address, server.stream)
    return server


def recording_runtime(new_runtime: NewRuntime, server: CrashingServer) -> RuntimeProcess:
    runtime = new_runtime(server.address)
    runtime.connectors.sink("reader", RECORDING_SINK, server.stream, record=runtime.file("record"))
    return runtime


def wait_for_reconnect(runtime: RuntimeProcess) -> None:
    runtime.wait_for(SINK, lambda sink: sink["status"] == "error")
    runtime.wait_for_status(SINK, "running")


def recorded_at_the_end(runtime: RuntimeProcess, number: int) -> list[int]:
    """Wait for a number, and for the store that follows it; return all that was recorded."""
    record = runtime.file("record")
    runtime.eventually(lambda: number in recorded_values(record))
    return recorded_values(record)


def test_a_batch_held_over_a_crash_does_not_hide_what_got_its_offsets(
    new_runtime: NewRuntime, server: CrashingServer
) -> None:
    runtime = new_runtime(server.address)
    runtime.connectors.sink(
        "reader",
        HOLDING_SINK,
        server.stream,
        record=runtime.file("record"),
        hold_from=1450,
        held=runtime.file("held"),
        release=runtime.file("release"),
    )
    server.send(range(1500))
    runtime.start()
    runtime.eventually(runtime.file("held").exists)
    server.crash()
    assert server.numbers() == list(range(1100))
    server.send(range(2000, 2400))
    wait_for_reconnect(runtime)
    runtime.file("release").touch()
    values = recorded_at_the_end(runtime, 2399)
    assert set(values) >= {*range(1100), *range(2000, 2400)}
    assert [value for value in values if value >= 2000] == list(range(2000, 2400))
    runtime.eventually(lambda: stored_offset(server.address, server.stream, "reader") == 1499)


def test_a_producer_faster_than_the_sink_loses_nothing_to_a_partition_that_lost_everything(
    new_runtime: NewRuntime, server: CrashingServer
) -> None:
    runtime = recording_runtime(new_runtime, server)
    server.send(range(500))
    runtime.start()
    recorded_at_the_end(runtime, 499)
    assert runtime.stop() == 0
    server.crash()
    assert server.numbers() == []
    server.send([1000])
    server.send([1001])
    runtime.start()
    values = recorded_at_the_end(runtime, 1001)
    assert values[-2:] == [1000, 1001]


def test_a_cut_offset_that_comes_back_with_the_next_crash_skips_nothing(
    new_runtime: NewRuntime, server: CrashingServer
) -> None:
    runtime = recording_runtime(new_runtime, server)
    server.send(range(1500))
    runtime.start()
    recorded_at_the_end(runtime, 1499)
    runtime.eventually(lambda: stored_offset(server.address, server.stream, "reader") == 1499)
    for first in (2000, 5000):
        server.crash()
        wait_for_reconnect(runtime)
        server.send(range(first, first + 2000))
    began_s = time.monotonic()
    values = recorded_at_the_end(runtime, 6999)
    assert time.monotonic() - began_s < GOES_ON_WITHIN_S
    assert set(server.numbers()) <= set(values)


def test_two_runtimes_free_their_group_of_dead_members(
    new_runtime: NewRuntime, killable_server: KillableServer
) -> None:
    server = CrashingServer(killable_server, unique_name("crashed"))
    create_numbers(server.address, server.stream, partitions=4)
    runtimes = [recording_runtime(new_runtime, server) for _ in range(2)]
    for runtime in runtimes:
        runtime.start()
        runtime.wait_for_status(SINK, "running")
    server.crash()
    began_s = time.monotonic()
    for runtime in runtimes:
        wait_for_reconnect(runtime)
    send_numbers(server.address, server.stream, range(400), partitions=4)
    runtimes[0].eventually(lambda: everything(runtimes) >= set(range(400)))
    assert time.monotonic() - began_s < GOES_ON_WITHIN_S
    for runtime in runtimes:
        sink = runtime.wait_for_status(SINK, "running")
        assert "last_error" not in sink
    assert any("is held by 2 dead members" in told(runtime) for runtime in runtimes)
    send_numbers(server.address, server.stream, range(400, 800), partitions=4)
    runtimes[0].eventually(lambda: everything(runtimes) >= set(range(800)))
    assert all(800 > max(recorded_values(one.file("record"))) >= 400 for one in runtimes)


def everything(runtimes: list[RuntimeProcess]) -> set[int]:
    return {value for runtime in runtimes for value in recorded_values(runtime.file("record"))}


def told(runtime: RuntimeProcess) -> str:
    """Return the last errors of the sink."""
    return str(runtime.api(SINK)["recent_errors"])
