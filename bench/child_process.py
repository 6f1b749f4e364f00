"""Starts the processes that are measured, and reads from the kernel what they take."""

import os
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@contextmanager
def running_module(module: str, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    """Run `python -m module`, with its output to be read, and kill it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", module], env=environ, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def clean_environ() -> dict[str, str]:
    """Return the environment without what would set a broker or a runtime."""
    return {name: value for name, value in os.environ.items() if not name.startswith("IGGY_")}


def resident_bytes(pid: int) -> int:
    """Return how much memory a process has now."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize()


def most_resident_bytes(pid: int) -> int:
    """Return how much memory a process has had at most."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def cpu_s(pid: int) -> float:
    """Return the processor time that a process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S
