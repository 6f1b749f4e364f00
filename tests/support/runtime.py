"""The runtime for tests: a real process with a directory of its own, which can be killed.

    runtime = new_runtime(iggy_address)
    runtime.connectors.sink("lines", RECORDING_SINK, stream, record=runtime.file("record"))
    runtime.start()
    runtime.wait_for_status("sinks/lines", "running")

The HTTP API listens on a free port, which the log names.
"""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.cli.command import environment
from tests.support.connector_folder import ConnectorFolder
from tests.support.eventually import DEADLINE_S, eventually
from tests.web.http_client import request

T = TypeVar("T")

_LISTENS = re.compile(r'HTTP API listens address="http://([^:]+):(\d+)"')


class RuntimeProcess:
    """An `iggy-connectors run` in a directory; nothing of it is left when the test ends.

    `file(name)` are files by which tests and plugins talk; `environ` holds more variables.
    """

    def __init__(self, directory: Path, iggy_address: str, environ: Mapping[str, str]) -> None:
        self.directory = directory
        self.connectors = ConnectorFolder(directory / "connectors")
        self.state = directory / "state"
        self.environ = {
            "IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR": str(self.connectors.path),
            "IGGY_CONNECTORS_STATE_PATH": str(self.state),
            "IGGY_CONNECTORS_HTTP_ADDRESS": "127.0.0.1:0",
            "IGGY_CONNECTORS_IGGY_ADDRESS": iggy_address,
            **environ,
        }
        self._output_file = directory / "output.log"
        self._said_before = 0
        self._process: subprocess.Popen[bytes] | None = None

    def file(self, name: str) -> Path:
        """Return a file in the runtime's directory, whether it is there or not."""
        return self.directory / name

    def start(self) -> None:
        """Start the process, without waiting for anything; the output goes on in its file."""
        with self._output_file.open("ab") as output:
            self._said_before = output.tell()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "run"],
                env=environment(**self.environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.directory,
            )

    @property
    def is_running(self) -> bool:
        """Tell whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def output(self) -> str:
        """Return what it has said since the last start."""
        return self._output_file.read_bytes()[self._said_before :].decode()

    def eventually(self, look: Callable[[], T]) -> T:
        """Return the first true value of `look` while the runtime runs, else fail with its log."""

        def look_while_it_runs() -> T:
            seen = look()
            assert seen or self.is_running, "the runtime has ended"
            return seen

        try:
            return eventually(look_while_it_runs)
        except (AssertionError, OSError) as error:
            raise AssertionError(f"{error}\n{self.output()}") from error

    def api(self, path: str) -> Any:
        """Ask the HTTP API, which must answer with JSON and 200."""
        host, port = self.eventually(lambda: _LISTENS.findall(self.output()))[-1]
        answer = request((host, int(port)), f"/{path}")
        assert answer.status == 200, (answer.status, answer.body)
        return answer.json()

    def wait_for(self, path: str, is_so: Callable[[Any], object]) -> Any:
        """Return the first answer of the API for `path` of which `is_so` is true."""
        seen: Any = None

        def look() -> bool:
            nonlocal seen
            seen = self.api(path)
            return bool(is_so(seen))

        try:
            self.eventually(look)
        except AssertionError as error:
            raise AssertionError(f"{path}: {seen}\n{error}") from error
        return seen

    def wait_for_status(self, path: str, status: str) -> Any:
        """Return the first answer for `path`, a connector, with that status."""
        return self.wait_for(path, lambda connector: connector["status"] == status)

    def kill(self) -> None:
        """End it with SIGKILL, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(DEADLINE_S)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal, without waiting."""
        assert self._process is not None
        self._process.send_signal(number)

    def wait(self) -> int:
        """Wait until it ends and return its exit code."""
        assert self._process is not None
        try:
            return self._process.wait(DEADLINE_S)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"it does not end:\n{self.output()}") from None

    def stop(self) -> int:
        """Ask it to stop with SIGTERM, wait for that and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.wait()


NewRuntime = Callable[..., RuntimeProcess]


@pytest.fixture
def new_runtime(tmp_path: Path) -> Iterator[NewRuntime]:
    """Make runtimes that the test furnishes and starts: `new_runtime(iggy_address, **environ)`."""
    made: list[RuntimeProcess] = []

    def new(iggy_address: str, **environ: str) -> RuntimeProcess:
        runtime = RuntimeProcess(tmp_path / f"runtime-{len(made)}", iggy_address, environ)
        made.append(runtime)
        return runtime

    yield new
    for runtime in made:
        runtime.kill()
