"""Broker and runtime as `make run` starts them: by honcho from the Procfile, on a terminal.

It works in a directory of its own, with a copy of the files that the Procfile refers to.
"""

import contextlib
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.command import CHECKOUT, environment
from tests.support.eventually import DEADLINE_S, eventually

# Makes the terminal its controlling one, so that Ctrl-C reaches it as it does a person's shell.
_ON_TERMINAL = """
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.argv[1], sys.argv[1:])
"""
_CTRL_C = b"\x03"
_LISTENS = re.compile(r'HTTP API listens address="http://([^"]+)"')


class HonchoProcess:
    """A running `honcho start`; use `honcho` to make one."""

    def __init__(self, directory: Path, environ: dict[str, str]) -> None:
        self._said = bytearray()
        self._terminal, slave = os.openpty()
        scripts = Path(sys.executable).parent
        self._process = subprocess.Popen(
            [sys.executable, "-c", _ON_TERMINAL, str(scripts / "honcho"), "start"],
            cwd=directory,
            env=environment(PATH=f"{scripts}:{os.environ['PATH']}", **environ),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self._reader = threading.Thread(target=self._read, name="honcho-output")
        self._reader.start()

    def _read(self) -> None:
        with contextlib.suppress(OSError):  # how a terminal ends that nobody has open any more
            while said := os.read(self._terminal, 65536):
                self._said += said

    def output(self) -> str:
        """Return everything that stood on the terminal."""
        return self._said.decode()

    def wait_for(self, text: str) -> None:
        """Wait until `text` stands on the terminal."""
        try:
            eventually(lambda: text in self.output())
        except AssertionError as error:
            raise AssertionError(f"{error}: {text}\n{self.output()}") from error

    def http_address(self) -> str:
        """Wait until the HTTP API listens; return `host:port`."""
        address: str = eventually(lambda: _LISTENS.findall(self.output()))[0]
        return address

    def press_ctrl_c(self) -> None:
        """Do as a person does."""
        os.write(self._terminal, _CTRL_C)

    def wait(self) -> int:
        """Wait until it and its processes have ended; return the exit code."""
        code = self._process.wait(DEADLINE_S)
        self._reader.join(DEADLINE_S)
        return code

    def kill(self) -> None:
        """End whatever is left of it."""
        if self._process.poll() is None:
            self.press_ctrl_c()
            try:
                self._process.wait(DEADLINE_S)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._reader.join(DEADLINE_S)
        os.close(self._terminal)


@contextmanager
def honcho(directory: Path, **environ: str) -> Iterator[HonchoProcess]:
    """Run the Procfile in `directory` until the block ends."""
    directory.mkdir(exist_ok=True)
    shutil.copy(CHECKOUT / "Procfile", directory)
    (directory / "config").mkdir()
    shutil.copy(CHECKOUT / "config" / "runtime.toml", directory / "config")
    shutil.copytree(CHECKOUT / "config" / "connectors", directory / "config" / "connectors")
    process = HonchoProcess(directory, environ)
    try:
        yield process
    finally:
        process.kill()
