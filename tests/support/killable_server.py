"""A server that tests may kill, and that forgets in a crash what the real one forgets.

- `killable_server`: for one test; the development broker with `IGGY_BROKER_CRASH=server`, or a
  real server, where IGGY_TEST_ADDRESS says where it is to listen and IGGY_TEST_SERVER_COMMAND how
  to start it. With the address alone, tests that kill it are skipped.

The command gets IGGY_TCP_ADDRESS, IGGY_SYSTEM_PATH, IGGY_ROOT_USERNAME and IGGY_ROOT_PASSWORD, by
which a real server too knows where to listen, where to keep its data and who may log in.
"""

import os
import shlex
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import pytest

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.sdk import connect, run

_START_DEADLINE_S = 30.0
_STOP_DEADLINE_S = 10.0
_CONNECT_LIMIT_S = 2.0


class KillableServer(Protocol):
    """A server at `address` that keeps its data over restarts; root is `iggy`/`iggy`."""

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""

    def kill(self) -> None:
        """End it with SIGKILL, as a crash does."""

    def terminate(self) -> int:
        """Ask it to stop with SIGTERM, wait for that and return its exit code."""

    def restart(self) -> None:
        """Start it again, killing it first if it still runs, and wait until it answers."""


class CommandedServer:
    """Runs `command` in `directory`, where it keeps data and what it says; always one at a time."""

    def __init__(self, command: str, address: str, directory: Path) -> None:
        self.address = address
        self._command = shlex.split(command)
        self._directory = directory
        self._output_file = directory / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def restart(self) -> None:
        """Start the process, killing it first if it still runs, and wait until it answers."""
        self.kill()
        environ = {
            "IGGY_ROOT_USERNAME": "iggy",
            "IGGY_ROOT_PASSWORD": "iggy",
            **os.environ,
            "IGGY_TCP_ADDRESS": self.address,
            "IGGY_SYSTEM_PATH": str(self._directory / "data"),
        }
        with self._output_file.open("ab") as output:
            self._process = subprocess.Popen(
                self._command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self._directory,
                # The command may be a script that starts the server: both are killed.
                start_new_session=True,
            )
        self._wait_until_it_answers()

    def kill(self) -> None:
        """End it with SIGKILL, with all that it has started."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """Ask it to stop with SIGTERM, wait for that and return its exit code."""
        return self._end(signal.SIGTERM)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        if self.is_running:
            os.killpg(self._process.pid, number)
        return self._process.wait(_STOP_DEADLINE_S)

    def _wait_until_it_answers(self) -> None:
        ends_s = time.monotonic() + _START_DEADLINE_S
        while error := self._refusal():
            if not self.is_running or time.monotonic() > ends_s:
                self.kill()
                said = self._output_file.read_text(errors="replace")
                raise AssertionError(f"{self._command} does not serve: {error}\n{said}")
            time.sleep(0.05)

    def _refusal(self) -> str | None:
        """Log in; return why that is not possible."""
        try:
            run(lambda: connect(self.address), deadline_s=_CONNECT_LIMIT_S)
        except (RuntimeError, TimeoutError) as error:
            return str(error) or type(error).__name__
        return None


def commanded_server(directory: Path) -> CommandedServer | None:
    """Return the server that the environment tells how to start, not started; None without."""
    command = os.environ.get("IGGY_TEST_SERVER_COMMAND")
    if not command:
        return None
    address = os.environ.get("IGGY_TEST_ADDRESS")
    if not address:
        raise pytest.UsageError(
            "IGGY_TEST_SERVER_COMMAND needs IGGY_TEST_ADDRESS: the host:port on which it listens"
        )
    return CommandedServer(command, address, directory)


@pytest.fixture(scope="session")
def the_commanded_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[CommandedServer | None]:
    """Run the server that the environment tells how to start, for the whole session."""
    server = commanded_server(tmp_path_factory.mktemp("server"))
    if server is not None:
        server.restart()
    yield server
    if server is not None:
        server.kill()


@pytest.fixture
def killable_server(
    the_commanded_server: CommandedServer | None, start_broker: StartBroker
) -> Iterator[KillableServer]:
    """Give a server to kill, which all tests share if it is a real one: names must be unique."""
    if the_commanded_server is not None:
        yield the_commanded_server
        if not the_commanded_server.is_running:
            the_commanded_server.restart()
    elif os.environ.get("IGGY_TEST_ADDRESS"):
        pytest.skip("IGGY_TEST_ADDRESS is set: killing it needs IGGY_TEST_SERVER_COMMAND too")
    else:
        yield start_broker(IGGY_BROKER_CRASH="server")


def new_killable_server(directory: Path) -> KillableServer:
    """Start a server to kill, outside of the suite; whoever started it kills it."""
    server = commanded_server(directory)
    if server is not None:
        server.restart()
        return server
    broker = BrokerProcess(directory / "broker", {"IGGY_BROKER_CRASH": "server"})
    broker.start()
    return broker
