"""Plugins that were built for the reference runtime run as they are."""

from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import RECORDING_SINK
from tests.support.numbers import create_numbers, recorded_values, stored_offset
from tests.support.runtime import NewRuntime
from tests.support.sdk import unique_name

ISOLATIONS = pytest.mark.parametrize("isolation", ["process", "thread"])


@ISOLATIONS
def test_a_native_sink_gets_every_message_and_the_same_batch_again_when_it_fails(
    new_runtime: NewRuntime, iggy_address: str, native_sink: Path, isolation: str
) -> None:
    stream = unique_name("native")
    create_numbers(iggy_address, stream, range(30))
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_SINK_LINES_ISOLATION=isolation)
    record, failure = runtime.file("record"), runtime.file("failure")
    failure.write_text("1")
    runtime.connectors.sink("lines", str(native_sink), stream, record=record, failure=failure)
    runtime.start()
    sink = runtime.wait_for("sinks/lines", lambda sink: "last_error" in sink)
    assert "failed to consume; its log says why" in sink["last_error"]["message"]
    assert "the target is down" in runtime.output()
    assert recorded_values(record) == []

    failure.unlink()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "lines") == 29)
    assert recorded_values(record) == list(range(30))
    assert runtime.api("sinks/lines")["status"] == "running"
    assert runtime.stop() == ExitCode.STOPPED


def test_a_native_sink_has_a_process_of_its_own_by_default(
    new_runtime: NewRuntime, iggy_address: str, native_sink: Path
) -> None:
    stream = unique_name("crash")
    create_numbers(iggy_address, stream, range(30))
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_SINK_LINES_RETRY_INITIAL_DELAY="20ms")
    record = runtime.file("record")
    runtime.connectors.sink("lines", str(native_sink), stream, record=record, crash_on="15")
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "lines") == 29)
    assert sorted(set(recorded_values(record))) == [n for n in range(30) if n != 15]
    assert "SIGSEGV" in runtime.output()


@ISOLATIONS
def test_a_native_source_goes_on_from_its_state_in_the_next_runtime(
    new_runtime: NewRuntime, iggy_address: str, native_source: Path, isolation: str
) -> None:
    stream = unique_name("native")
    create_numbers(iggy_address, stream)
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_SOURCE_NUMBERS_ISOLATION=isolation)
    runtime.connectors.source("numbers", str(native_source), stream, batch=10, end=1000)
    runtime.connectors.sink("lines", RECORDING_SINK, stream, record=runtime.file("record"))
    runtime.start()
    runtime.eventually(lambda: len(recorded_values(runtime.file("record"))) > 100)
    runtime.kill()
    runtime.start()
    runtime.eventually(lambda: 999 in recorded_values(runtime.file("record")))
    assert set(recorded_values(runtime.file("record"))) == set(range(1000))
    assert runtime.stop() == ExitCode.STOPPED
