"""A plugin in a process of its own cannot take the runtime with it, and nothing is lost."""

from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import NUMBERED_SOURCE, RECORDING_SINK
from tests.support.eventually import eventually
from tests.support.numbers import create_numbers, recorded_values, stored_offset
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name

HARMFUL_SINK = "tests.support.plugins.harmful_sink:HarmfulSink"
LIMITS = {
    "IGGY_CONNECTORS_SINK_HARMED_ISOLATION": "process",
    "IGGY_CONNECTORS_SINK_HARMED_TIMEOUTS_CONSUME": "3s",
    "IGGY_CONNECTORS_SINK_HARMED_MEMORY_LIMIT": "200MB",
    "IGGY_CONNECTORS_SINK_HARMED_RETRY_INITIAL_DELAY": "20ms",
}


def harmed_runtime(
    new_runtime: NewRuntime, address: str, stream: str, harm: str, *, disarms: bool
) -> RuntimeProcess:
    """Furnish a runtime with a sink that is harmed at 15, and one that is not."""
    runtime = new_runtime(address, **LIMITS)
    runtime.connectors.sink(
        "harmed",
        HARMFUL_SINK,
        stream,
        record=runtime.file("record"),
        harm=harm,
        harm_on=15,
        armed=runtime.file("armed"),
        disarms=disarms,
        process=runtime.file("process"),
    )
    runtime.connectors.sink("other", RECORDING_SINK, stream, record=runtime.file("other"))
    runtime.file("armed").touch()
    return runtime


def has_gone(process_id: int) -> bool:
    """Tell whether a process has ended; one that nobody has waited for yet counts as ended."""
    try:
        status = Path(f"/proc/{process_id}/stat").read_text()
    except OSError:
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        ("segfault", "ended by SIGSEGV in consume"),
        ("exit", "ended itself with code 3 in consume"),
        ("hold", "killed: consume takes longer than 3 s"),
        ("leak", "more than its memory_limit"),
    ],
)
def test_harm_is_the_connectors_own_affair_and_nothing_is_lost(
    new_runtime: NewRuntime, iggy_address: str, harm: str, words: str
) -> None:
    stream = unique_name(harm)
    create_numbers(iggy_address, stream, range(30))
    runtime = harmed_runtime(new_runtime, iggy_address, stream, harm, disarms=True)
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "harmed") == 29)

    assert recorded_values(runtime.file("record")) == list(range(30))
    runtime.eventually(lambda: recorded_values(runtime.file("other")) == list(range(30)))
    assert words in runtime.output()
    assert runtime.api("sinks/harmed")["status"] == "running"
    assert runtime.api("sinks/harmed")["restarts"] == 0
    assert runtime.stop() == ExitCode.STOPPED


def test_a_record_that_brings_the_process_down_each_time_is_found_and_left_out(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("poison")
    create_numbers(iggy_address, stream, range(30))
    runtime = harmed_runtime(new_runtime, iggy_address, stream, "exit", disarms=False)
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "harmed") == 29)

    assert sorted(set(recorded_values(runtime.file("record")))) == [n for n in range(30) if n != 15]
    assert " offset=15" in runtime.output()
    sink = runtime.api("sinks/harmed")
    assert (sink["status"], sink["restarts"]) == ("running", 0)


def test_the_plugins_process_ends_with_a_runtime_that_is_killed_whatever_it_does(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("killed")
    create_numbers(iggy_address, stream, range(30))
    runtime = harmed_runtime(new_runtime, iggy_address, stream, "hold", disarms=True)
    runtime.environ["IGGY_CONNECTORS_SINK_HARMED_TIMEOUTS_CONSUME"] = "none"
    runtime.start()
    runtime.eventually(runtime.file("process").exists)
    process_id = int(runtime.eventually(runtime.file("process").read_text))
    assert not has_gone(process_id)
    runtime.kill()

    eventually(lambda: has_gone(process_id))
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "harmed") == 29)
    assert set(recorded_values(runtime.file("record"))) == set(range(30))


def test_an_isolated_source_goes_on_from_its_saved_state(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("source")
    create_numbers(iggy_address, stream)
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_SOURCE_NUMBERS_ISOLATION="process")
    runtime.connectors.source("numbers", NUMBERED_SOURCE, stream, batch=10, end=50)
    runtime.connectors.sink("lines", RECORDING_SINK, stream, record=runtime.file("record"))
    runtime.start()
    runtime.eventually(lambda: recorded_values(runtime.file("record")) == list(range(50)))
    assert runtime.stop() == ExitCode.STOPPED
    assert [path.read_bytes() for path in runtime.state.rglob("*numbers*")] == [b"50"]
