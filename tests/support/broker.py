"""Brokers for tests: real processes on free ports, which can be killed and started again.

- `iggy_address`: one broker for the whole session; a real server if IGGY_TEST_ADDRESS is set;
- `broker`: a `BrokerProcess` with default settings for one test;
- `start_broker`: as many as the test wants, all ended after it, such as
  `start_broker(IGGY_BROKER_HOLD_MS="0")`; `settings={...}` sets fields of `BrokerSettings` that
  have no variable.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

START_DEADLINE_S = 20.0
STOP_DEADLINE_S = 10.0

_LISTENS = re.compile(r"listens on (\S+):(\d+)")


class BrokerDidNotStartError(Exception):
    """The process ended, or said nothing in time; the text is all it said."""


class BrokerProcess:
    """A `python -m broker` in a data directory; `address`, `host`, `port` and `pid` while it runs.

    `environ` holds more variables, such as `IGGY_BROKER_HOLD_MS`. Its output is in `output_file`,
    beside the data directory.
    """

    def __init__(
        self,
        data_directory: Path,
        environ: Mapping[str, str],
        settings: Mapping[str, float] | None = None,
    ) -> None:
        self.data_directory = data_directory
        self.output_file = data_directory.with_name(data_directory.name + ".log")
        self.host = "127.0.0.1"
        self.port = 0
        self._environ = dict(environ)
        self._command = [sys.executable, "-m", "broker"]
        if settings:
            self._command[-1] = "tests.support.tuned_broker"
            self._command.append(json.dumps(settings))
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens, as `host:port`."""
        return f"{self.host}:{self.port}"

    @property
    def pid(self) -> int:
        """The process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process, on the port it had before if any, and wait until it accepts."""
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("IGGY_")}
        environ = {
            **inherited,
            "IGGY_TCP_ADDRESS": self.address,
            "IGGY_SYSTEM_PATH": str(self.data_directory),
            **self._environ,
        }
        with self.output_file.open("ab") as output:
            said_before = output.tell()
            self._process = subprocess.Popen(
                self._command,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=Path(__file__).parents[2],
            )
        self._wait_until_it_accepts(said_before)

    def _wait_until_it_accepts(self, said_before: int) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        while True:
            ended = not self.is_running
            said = self.output_file.read_bytes()[said_before:].decode()
            listens = _LISTENS.search(said)
            if listens:
                self.host, self.port = listens[1], int(listens[2])
                return
            if ended or time.monotonic() > deadline:
                self.kill()
                raise BrokerDidNotStartError(said)
            time.sleep(0.01)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(STOP_DEADLINE_S)

    def terminate(self) -> int:
        """Ask it to stop with SIGTERM, wait for that and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()

    def signal(self, number: int) -> None:
        """Send a signal, without waiting."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait until it ends and return its exit code."""
        assert self._process is not None
        return self._process.wait(STOP_DEADLINE_S)

    def restart(self, **environ: str) -> None:
        """Start again on the same port and data directory, killing it first if it still runs."""
        self.kill()
        self._environ.update(environ)
        self.start()

    def output(self) -> str:
        """Return everything it said so far."""
        return self.output_file.read_text()


StartBroker = Callable[..., BrokerProcess]


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[StartBroker]:
    """Start brokers with settings by environment; without `data_directory` each has a new one."""
    started: list[BrokerProcess] = []

    def start(
        data_directory: Path | None = None,
        settings: Mapping[str, float] | None = None,
        **environ: str,
    ) -> BrokerProcess:
        directory = data_directory or tmp_path / f"broker-{len(started)}"
        broker = BrokerProcess(directory, environ, settings)
        started.append(broker)
        broker.start()
        return broker

    yield start
    for broker in started:
        broker.kill()


@pytest.fixture
def broker(start_broker: StartBroker) -> BrokerProcess:
    """Start a broker with default settings for one test."""
    return start_broker()


@pytest.fixture(scope="session")
def iggy_address(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Iterator[str]:
    """Give the address of a server that all tests share, so names must be unique.

    It is a development broker, or the real server at IGGY_TEST_ADDRESS, which is started where
    IGGY_TEST_SERVER_COMMAND says how; root is `iggy`/`iggy`.
    """
    real = os.environ.get("IGGY_TEST_ADDRESS")
    if real:
        request.getfixturevalue("the_commanded_server")
        yield real
        return
    broker = BrokerProcess(tmp_path_factory.mktemp("iggy") / "data", {})
    broker.start()
    yield broker.address
    broker.kill()
