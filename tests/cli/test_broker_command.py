"""`iggy-connectors broker`: its exit codes and its one line on standard error."""

import signal
from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from tests.cli.command import DEADLINE_S, run, started
from tests.support.broker import BrokerProcess

pytestmark = pytest.mark.broker_only


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_as_asked(number: signal.Signals, tmp_path: Path) -> None:
    with started(
        "-m", "cli.main", "broker",
        IGGY_TCP_ADDRESS="127.0.0.1:0", IGGY_SYSTEM_PATH=str(tmp_path / "data"),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert "listens on" in process.stdout.readline()
        process.send_signal(number)
        assert process.wait(DEADLINE_S) == ExitCode.STOPPED
        assert "Traceback" not in process.stdout.read()


def test_a_signal_before_it_serves_stops_it_as_asked() -> None:
    # Stands for a broker that still reads a large data directory.
    script = (
        "import sys, time\n"
        "from cli import broker_command, main\n"
        "broker_command.serve = lambda _: (print('reading', flush=True), time.sleep(60))\n"
        "sys.argv = ['iggy-connectors', 'broker']\n"
        "main.main()"
    )
    with started("-c", script) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == ExitCode.STOPPED


def test_an_address_in_use_has_its_code(broker: BrokerProcess, tmp_path: Path) -> None:
    ended = run("broker", IGGY_TCP_ADDRESS=broker.address, IGGY_SYSTEM_PATH=str(tmp_path / "data"))
    assert ended.returncode == ExitCode.ADDRESS_IN_USE
    [line] = ended.stderr.splitlines()
    assert broker.address in line


def test_a_data_directory_in_use_has_its_code(broker: BrokerProcess) -> None:
    ended = run(
        "broker", IGGY_TCP_ADDRESS="127.0.0.1:0", IGGY_SYSTEM_PATH=str(broker.data_directory)
    )
    assert ended.returncode == ExitCode.DIRECTORY_LOCKED
    [line] = ended.stderr.splitlines()
    assert str(broker.data_directory) in line


def test_a_damaged_data_directory_has_its_code(broker: BrokerProcess) -> None:
    broker.terminate()
    (broker.data_directory / "catalog.sqlite").write_bytes(b"not a database")
    ended = run(
        "broker", IGGY_TCP_ADDRESS="127.0.0.1:0", IGGY_SYSTEM_PATH=str(broker.data_directory)
    )
    assert ended.returncode == ExitCode.DATA_DAMAGED
    assert len(ended.stderr.splitlines()) == 1


def test_a_bad_setting_has_the_code_of_bad_configuration(tmp_path: Path) -> None:
    ended = run("broker", IGGY_TCP_ADDRESS="nowhere", IGGY_SYSTEM_PATH=str(tmp_path / "data"))
    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert ended.stderr.startswith("IGGY_TCP_ADDRESS=nowhere: ")
