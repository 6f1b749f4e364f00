"""The development broker as a process of its own, on a data directory that is thrown away."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.child_process import clean_environ, running_module


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerProcess:
    """Where it listens, and which process it is."""

    address: str
    pid: int


@contextmanager
def running_broker(directory: Path) -> Iterator[BrokerProcess]:
    """Run a broker that does not hold empty polls, with its data in `directory`."""
    environ = {
        **clean_environ(),
        "IGGY_TCP_ADDRESS": "127.0.0.1:0",
        "IGGY_SYSTEM_PATH": str(directory),
        "IGGY_BROKER_HOLD_MS": "0",
    }
    with running_module("broker", environ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        address = line.partition("listens on ")[2].partition(",")[0]
        yield BrokerProcess(address=address, pid=process.pid)
