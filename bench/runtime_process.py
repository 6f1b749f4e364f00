"""`iggy-connectors run` as a process of its own, with the connectors of one measurement."""

import http.client
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import tomli_w

from bench.child_process import clean_environ

_ROOT = Path(__file__).parent.parent
_COMMAND = Path(sys.executable).with_name("iggy-connectors")
_STARTS_WITHIN_S = 15.0
_STOPS_WITHIN_S = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuntimeProcess:
    """A runtime whose API answers on `port`; `started_s` is a monotonic time."""

    pid: int
    port: int
    started_s: float


@contextmanager
def running_runtime(
    address: str, directory: Path, connectors: Mapping[str, Mapping[str, object]]
) -> Iterator[RuntimeProcess]:
    """Run connectors, given by key, against the broker at `address`; stop them at the end.

    Raises RuntimeError with the end of the log when the runtime does not start or stop well.
    """
    port = _free_port()
    _write_configuration(address, directory, connectors, port)
    environ = {**clean_environ(), "IGGY_CONNECTORS_CONFIG_PATH": str(directory / "runtime.toml")}
    log = directory / "log"
    with log.open("wb") as output:
        started_s = time.monotonic()
        process = subprocess.Popen(
            [_COMMAND, "run"], cwd=_ROOT, env=environ, stdout=output, stderr=output
        )
        try:
            _await_api(port, process)
            yield RuntimeProcess(pid=process.pid, port=port, started_s=started_s)
            _stop(process)
        except BaseException:
            sys.stderr.write(log.read_text()[-2000:])
            raise
        finally:
            process.kill()
            process.wait()


def _write_configuration(
    address: str, directory: Path, connectors: Mapping[str, Mapping[str, object]], port: int
) -> None:
    folder = directory / "connectors"
    folder.mkdir(parents=True)
    for key, table in connectors.items():
        _write(
            folder / f"{key}.toml",
            {"key": key, "name": key, "version": 0, "enabled": True, **table},
        )
    _write(
        directory / "runtime.toml",
        {
            "http": {"address": f"127.0.0.1:{port}"},
            "iggy": {"address": address},
            "state": {"path": str(directory / "state")},
            "connectors": {"config_type": "local", "config_dir": str(folder)},
        },
    )


def _write(path: Path, table: Mapping[str, object]) -> None:
    path.write_text(tomli_w.dumps(table))


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    if process.wait(_STOPS_WITHIN_S) != 0:
        raise RuntimeError(f"the runtime ended with {process.returncode}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _await_api(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline_s = time.monotonic() + _STARTS_WITHIN_S
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/health")
            connection.getresponse().read()
        except OSError as error:
            if process.poll() is not None or time.monotonic() > deadline_s:
                raise RuntimeError("the runtime did not start") from error
            time.sleep(0.02)
        else:
            return
        finally:
            connection.close()
