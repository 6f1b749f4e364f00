"""A Python process of the chaos run that can be killed and started again."""

import subprocess
import sys
import time
from pathlib import Path

from tests.cli.command import CHECKOUT, environment

_DEADLINE_S = 20.0


class ChildProcess:
    """Runs a module with arguments; what it says is kept in `output_file`."""

    def __init__(self, module: str, *arguments: object, output_file: Path) -> None:
        self._command = [sys.executable, "-m", module, *map(str, arguments)]
        self._output_file = output_file
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it has said its first line."""
        with self._output_file.open("ab") as output:
            said_before = output.tell()
            self._process = subprocess.Popen(
                self._command,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=CHECKOUT,
            )
        ends_s = time.monotonic() + _DEADLINE_S
        while b"\n" not in self._output_file.read_bytes()[said_before:]:
            assert self._process.poll() is None, self._output_file.read_text()
            assert time.monotonic() < ends_s, f"{self._command} does not start"
            time.sleep(0.01)

    def last_line(self) -> str:
        """Wait until it has ended by itself, and return the last line that it said."""
        assert self._process is not None
        assert self._process.wait(_DEADLINE_S) == 0, self._output_file.read_text()
        return self._output_file.read_text().splitlines()[-1]

    def kill(self) -> None:
        """End it with SIGKILL, as a crash does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_DEADLINE_S)
