"""The suite against a server that it has not started itself, or that a command of users starts."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.command import CHECKOUT
from tests.support.broker import BrokerProcess
from tests.support.free_port import free_port

ACTORS = "tests/actors/iggy"
KILLS = f"{ACTORS}/test_group_repair.py::test_offsets_go_back_to_their_limits"
SHARES = f"{ACTORS}/test_session.py::test_a_missing_topic_is_created_with_one_persisted_partition"
BROKER = shlex.join([str(Path(sys.executable).with_name("iggy-connectors")), "broker"])

pytestmark = pytest.mark.broker_only


def run_tests(*tests: str, **environ: str) -> str:
    """Run tests as a user does; return what pytest says, with its exit code."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("IGGY_", "PYTEST_"))}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    done = subprocess.run(
        command,
        check=False,
        env=inherited | environ,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=50,
    )
    return f"{done.stdout}{done.stderr}\nexit {done.returncode}"


def test_a_server_that_a_command_starts_is_killed_and_used_by_all_tests() -> None:
    said = run_tests(
        KILLS,
        SHARES,
        IGGY_TEST_ADDRESS=f"127.0.0.1:{free_port()}",
        IGGY_TEST_SERVER_COMMAND=f"sh -c 'IGGY_BROKER_CRASH=server {BROKER}; exit 1'",
    )
    assert "2 passed" in said, said


def test_a_server_that_just_runs_is_not_killed(broker: BrokerProcess) -> None:
    said = run_tests(KILLS, IGGY_TEST_ADDRESS=broker.address)
    assert "killing it needs IGGY_TEST_SERVER_COMMAND too" in said, said
    assert "1 skipped" in said, said


def test_a_command_that_serves_nothing_is_told_with_its_words() -> None:
    said = run_tests(
        KILLS,
        IGGY_TEST_ADDRESS=f"127.0.0.1:{free_port()}",
        IGGY_TEST_SERVER_COMMAND="sh -c 'echo no such disk; exit 1'",
    )
    assert "does not serve" in said, said
    assert "no such disk" in said, said


def test_a_command_without_an_address_is_refused() -> None:
    said = run_tests(KILLS, IGGY_TEST_SERVER_COMMAND=BROKER)
    assert "IGGY_TEST_SERVER_COMMAND needs IGGY_TEST_ADDRESS" in said, said
