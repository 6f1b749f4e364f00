"""What people want of connectors outlives the process, also one that was killed."""

import orjson

from cli.exit_code import ExitCode
from tests.support.connector_folder import RECORDING_SINK
from tests.support.numbers import create_numbers, recorded_values
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name


def with_intents(new_runtime: NewRuntime, address: str, intents: bytes) -> RuntimeProcess:
    stream = unique_name("intents")
    create_numbers(address, stream, range(10))
    runtime = new_runtime(address)
    for key in ("stopped", "paused", "wanted"):
        runtime.connectors.sink(key, RECORDING_SINK, stream, record=runtime.file(key))
    runtime.state.mkdir()
    (runtime.state / "intents.json").write_bytes(intents)
    return runtime


def test_who_was_stopped_or_paused_stays_so_after_a_kill(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    intents = orjson.dumps({"sink stopped": "stop", "sink paused": "pause", "sink gone": "stop"})
    runtime = with_intents(new_runtime, iggy_address, intents)
    for _ in range(2):
        runtime.start()
        runtime.wait_for_status("sinks/wanted", "running")
        runtime.wait_for_status("sinks/stopped", "stopped")
        runtime.wait_for_status("sinks/paused", "stopped")
        runtime.eventually(lambda: set(recorded_values(runtime.file("wanted"))) == set(range(10)))
        runtime.kill()
    assert not runtime.file("stopped").exists()
    assert not runtime.file("paused").exists()


def test_intents_that_cannot_be_read_keep_the_runtime_from_starting_and_say_what_to_do(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = with_intents(new_runtime, iggy_address, b'{"sink stopped": "st')
    runtime.start()
    assert runtime.wait() not in (ExitCode.STOPPED, ExitCode.FORCED_END)
    assert "intents.json does not say which connectors are stopped or paused" in runtime.output()
    assert "repair it, or remove it" in runtime.output()
    for key in ("stopped", "paused", "wanted"):
        assert not runtime.file(key).exists()
