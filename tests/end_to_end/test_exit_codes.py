"""How the process ends: its exit code, and what it says last."""

import signal
import socket
import time

from cli.exit_code import ExitCode
from tests.support.connector_folder import HOLDING_SINK, RECORDING_SINK
from tests.support.numbers import create_numbers, recorded_values, stored_offset
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name


def holding_runtime(new_runtime: NewRuntime, address: str, timeout: str) -> RuntimeProcess:
    """Start a runtime with a sink that stands still in its first batch; `timeout` is for a stop."""
    stream = unique_name("stuck")
    create_numbers(address, stream, range(10))
    runtime = new_runtime(address, IGGY_CONNECTORS_SHUTDOWN_TIMEOUT=timeout)
    held, release = runtime.file("held"), runtime.file("release")
    record = runtime.file("record")
    runtime.connectors.sink(
        "stuck", HOLDING_SINK, stream, hold_from=0, held=held, release=release, record=record
    )
    runtime.connectors.sink("idle", RECORDING_SINK, stream, record=runtime.file("idle"))
    runtime.start()
    runtime.eventually(held.exists)
    runtime.eventually(lambda: len(recorded_values(runtime.file("idle"))) == 10)
    runtime.eventually(lambda: stored_offset(address, stream, "idle") == 9)
    assert stored_offset(address, stream, "stuck") is None
    return runtime


def test_a_refused_login_ends_it_without_showing_the_password(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_IGGY_PASSWORD="wr0ng-secret")
    runtime.start()
    assert runtime.wait() == ExitCode.LOGIN_REFUSED
    assert f"connection to {iggy_address} as iggy" in runtime.output()
    assert "wr0ng-secret" not in runtime.output()


def test_an_address_in_use_ends_it(new_runtime: NewRuntime, iggy_address: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        runtime = new_runtime(iggy_address, IGGY_CONNECTORS_HTTP_ADDRESS=address)
        runtime.start()
        assert runtime.wait() == ExitCode.ADDRESS_IN_USE
    assert f"{address}: the address is in use" in runtime.output()


def test_a_state_directory_belongs_to_one_runtime(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    first = new_runtime(iggy_address)
    first.start()
    assert first.api("health")["status"] == "healthy"
    second = new_runtime(iggy_address, IGGY_CONNECTORS_STATE_PATH=str(first.state))
    second.start()
    assert second.wait() == ExitCode.DIRECTORY_LOCKED
    assert f"{first.state} is in use by another runtime" in second.output()
    assert first.stop() == ExitCode.STOPPED


def test_a_configuration_that_cannot_be_used_is_reported_as_a_whole(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_LOGGING_FORMAT="xml")
    runtime.environ["IGGY_CONNECTORS_SHUTDOWN_TIMEOUT"] = "soon"
    runtime.start()
    assert runtime.wait() == ExitCode.BAD_CONFIGURATION
    for variable in ("IGGY_CONNECTORS_LOGGING_FORMAT", "IGGY_CONNECTORS_SHUTDOWN_TIMEOUT"):
        assert variable in runtime.output()


def test_a_sink_that_does_not_finish_is_cut_off_and_named(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = holding_runtime(new_runtime, iggy_address, timeout="1s")
    began_s = time.monotonic()
    assert runtime.stop() == ExitCode.FORCED_END
    assert time.monotonic() - began_s < 3
    assert "sink stuck did not finish in time" in runtime.output()
    assert "sink idle did not" not in runtime.output()


def test_a_second_signal_ends_it_at_once(new_runtime: NewRuntime, iggy_address: str) -> None:
    runtime = holding_runtime(new_runtime, iggy_address, timeout="1m")
    runtime.signal(signal.SIGINT)
    runtime.wait_for_status("sinks/stuck", "stopping")
    began_s = time.monotonic()
    runtime.signal(signal.SIGINT)
    assert runtime.wait() == ExitCode.FORCED_END
    assert time.monotonic() - began_s < 2
