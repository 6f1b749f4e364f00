"""What one connector does wrong is said, and stays its own affair."""

import signal

import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import (
    FAILING_SINK,
    RECORDING_SINK,
    REJECTING_SINK,
    STUCK_IN_CLOSE_SINK,
    UNOPENABLE_SINK,
)
from tests.support.numbers import create_numbers, recorded_values, send_texts, stored_offset
from tests.support.runtime import NewRuntime
from tests.support.sdk import unique_name


def test_connectors_that_cannot_run_are_listed_with_the_reason_beside_those_that_do(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("beside")
    create_numbers(iggy_address, stream, range(10))
    runtime = new_runtime(iggy_address)
    library = runtime.file("libmine.so")
    library.touch()
    record = runtime.file("record")
    runtime.connectors.sink("good", RECORDING_SINK, stream, record=record)
    runtime.connectors.sink("missing", "/nowhere/libmine.so", stream)
    runtime.connectors.sink("native", str(library), stream)
    runtime.connectors.sink(
        "unbuilt", "target/release/libiggy_connector_elasticsearch_sink", stream
    )
    runtime.connectors.sink("unopenable", UNOPENABLE_SINK, stream)
    runtime.connectors.sink("unfound", "nowhere:Sink", stream)
    (runtime.connectors.path / "broken_sink.toml").write_text("type = sink")
    runtime.start()

    runtime.wait_for_status("sinks/good", "running")
    for key, reason in {
        "missing": "Plugin library not found: /nowhere/libmine.so",
        "native": f"Failed to load sink container from {library}",
        "unbuilt": "the elasticsearch sink of the reference is not built here yet",
        "unopenable": "Plugin initialization failed: ConnectionRefusedError: no such target",
        "unfound": "plugin nowhere:Sink cannot be imported",
        "broken_sink": "broken_sink.toml",
    }.items():
        assert reason in runtime.wait_for_status(f"sinks/{key}", "error")["last_error"]["message"]
    assert len(runtime.api("sinks")) == 7
    runtime.eventually(lambda: recorded_values(record) == list(range(10)))
    assert runtime.stop() == ExitCode.STOPPED


def test_a_plugin_of_a_file_runs(new_runtime: NewRuntime, iggy_address: str) -> None:
    stream = unique_name("file")
    create_numbers(iggy_address, stream, range(10))
    runtime = new_runtime(iggy_address)
    runtime.file("my_sink.py").write_text(
        "from pathlib import Path\n"
        "from connectors import Sink\n"
        "class MySink(Sink):\n"
        "    def consume(self, batch):\n"
        "        with Path('lines').open('a') as file:\n"
        "            file.writelines(f'{value}\\n' for value in batch.values)\n"
    )
    runtime.connectors.sink("lines", "my_sink.py", stream)
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "lines") == 9)
    assert runtime.file("lines").read_text().split() == [str(number) for number in range(10)]


def test_records_that_cannot_be_taken_are_skipped_and_the_rest_goes_on(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("skipped")
    texts = [str(number) for number in range(30)]
    texts[3] = "not JSON"
    create_numbers(iggy_address, stream)
    send_texts(iggy_address, stream, texts)
    runtime = new_runtime(iggy_address)
    record = runtime.file("record")
    runtime.connectors.sink("picky", REJECTING_SINK, stream, record=record, rejects=5, refuses=7)
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "picky") == 29)
    assert recorded_values(record) == [n for n in range(30) if n not in (3, 5, 7)]
    for offset in (3, 5, 7):
        assert f" offset={offset}" in runtime.output()
    assert runtime.api("sinks/picky")["status"] == "running"


@pytest.mark.parametrize("failure", ["RuntimeError", "SystemExit", "KeyboardInterrupt"])
def test_a_sink_that_fails_gets_the_same_batch_again_until_it_takes_it(
    new_runtime: NewRuntime, iggy_address: str, failure: str
) -> None:
    stream = unique_name("failing")
    create_numbers(iggy_address, stream, range(30))
    runtime = new_runtime(iggy_address)
    record, other, switch = (runtime.file(name) for name in ("record", "other", "failure"))
    switch.write_text(failure)
    runtime.connectors.sink("failing", FAILING_SINK, stream, record=record, failure=switch)
    runtime.connectors.sink("other", RECORDING_SINK, stream, record=other)
    runtime.start()
    failing = runtime.wait_for("sinks/failing", lambda sink: "last_error" in sink)
    assert failing["status"] == "running"
    assert "the target is down" in failing["last_error"]["message"]
    assert failure in failing["last_error"]["message"]
    runtime.eventually(lambda: recorded_values(other) == list(range(30)))
    assert stored_offset(iggy_address, stream, "failing") is None

    switch.unlink()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "failing") == 29)
    assert recorded_values(record) == list(range(30))
    recovered = runtime.wait_for("sinks/failing", lambda sink: "last_error" not in sink)
    assert (recovered["status"], recovered["restarts"]) == ("running", 0)


def test_a_sink_that_does_not_come_back_from_close_keeps_nobody_from_stopping(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("closing")
    create_numbers(iggy_address, stream, range(10))
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_SHUTDOWN_TIMEOUT="1500ms")
    stuck, other = runtime.file("stuck"), runtime.file("other")
    runtime.connectors.sink("stuck", STUCK_IN_CLOSE_SINK, stream, record=stuck)
    runtime.connectors.sink("other", RECORDING_SINK, stream, record=other)
    runtime.start()
    runtime.eventually(lambda: len(recorded_values(stuck)) == len(recorded_values(other)) == 10)
    runtime.signal(signal.SIGTERM)
    runtime.wait_for_status("sinks/other", "stopped")
    assert runtime.api("sinks/stuck")["status"] == "stopping"
    assert runtime.wait() == ExitCode.FORCED_END
    assert "sink stuck did not finish in time" in runtime.output()
    assert "sink other did not" not in runtime.output()
    # What it confirmed before the stop is stored all the same.
    assert stored_offset(iggy_address, stream, "stuck") == 9
