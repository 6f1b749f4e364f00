"""What a newcomer does: `make run`, look at it, Ctrl-C."""

import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.broker import StartBroker
from tests.support.connector_folder import SLOW_SINK, ConnectorFolder
from tests.support.eventually import eventually
from tests.support.free_port import free_port
from tests.support.honcho_process import HonchoProcess, honcho
from tests.support.numbers import create_numbers, recorded_values, stored_offset
from tests.web.http_client import request

pytestmark = pytest.mark.broker_only

BACKLOG = 200_000
STOP_LIMIT_S = 5.0


def moved(directory: Path) -> dict[str, str]:
    """Return variables that move everything to free ports and into `directory`."""
    return {
        "IGGY_TCP_ADDRESS": f"127.0.0.1:{free_port()}",
        "IGGY_SYSTEM_PATH": str(directory / "data"),
        "IGGY_CONNECTORS_HTTP_ADDRESS": "127.0.0.1:0",
        "IGGY_CONNECTORS_STATE_PATH": str(directory / "state"),
    }


def api(address: str, path: str) -> Any:
    host, port = address.split(":")
    return request((host, int(port)), path).json()


def stop_cleanly(process: HonchoProcess) -> None:
    """Press Ctrl-C: both processes end with 0, soon, and nothing looks like a failure."""
    said_before = process.output()
    began_s = time.monotonic()
    process.press_ctrl_c()
    assert process.wait() == 130
    assert time.monotonic() - began_s < STOP_LIMIT_S, process.output()
    for name in ("broker.1", "runtime.1"):
        assert f"{name} stopped (rc=0)" in process.output()
    assert "ERROR" not in process.output()
    assert "Traceback" not in process.output()
    assert "WARN" not in process.output().removeprefix(said_before)


def test_the_procfile_moves_messages_answers_and_stops_by_ctrl_c(tmp_path: Path) -> None:
    with honcho(tmp_path / "cwd", **moved(tmp_path)) as process:
        process.wait_for("Stdout sink stdout received:")
        address = process.http_address()
        assert api(address, "/health") == {"status": "healthy", "iggy": "connected"}
        assert api(address, "/sinks/stdout")["status"] == "running"
        assert api(address, "/sources/random")["status"] == "running"
        stop_cleanly(process)
    assert "schema: json, stream: example_stream, topic: example_topic" in process.output()
    assert (tmp_path / "state" / "source_random.state").stat().st_size > 0


def test_a_backlog_does_not_keep_it_from_stopping(
    tmp_path: Path, start_broker: StartBroker
) -> None:
    variables = moved(tmp_path)
    data = tmp_path / "data"
    before = start_broker(data_directory=data)
    create_numbers(before.address, "backlog", range(BACKLOG))
    assert before.terminate() == 0
    connectors, record = ConnectorFolder(tmp_path / "connectors"), tmp_path / "record"
    connectors.sink("slow", SLOW_SINK, "backlog", record=record, pause_s=0.02)
    variables["IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR"] = str(connectors.path)
    with honcho(tmp_path / "cwd", **variables) as process:
        eventually(lambda: len(recorded_values(record)) >= 100)
        stop_cleanly(process)

    taken = recorded_values(record)
    assert taken == list(range(len(taken)))
    assert len(taken) < BACKLOG
    after = start_broker(data_directory=data)
    assert stored_offset(after.address, "backlog", "slow") == len(taken) - 1
