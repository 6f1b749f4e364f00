"""Signals, seen from outside: the process under test is a real one."""

import signal
import subprocess

import pytest

from cli.exit_code import ExitCode
from tests.cli.command import DEADLINE_S, started

PREPARE = """
import os, signal, sys, time
from cli.stop_signals import StopSignals, dump_threads_on_request
signals = StopSignals()
signals.install()
dump_threads_on_request()
print("ready", flush=True)
"""


def ready(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_first_signal_is_given_to_who_waits(number: signal.Signals) -> None:
    with started("-c", PREPARE + "print(signals.wait(20).name)") as process:
        ready(process)
        process.send_signal(number)
        said, _ = process.communicate(timeout=DEADLINE_S)
    assert said == f"{number.name}\n"


def test_a_signal_that_came_before_the_wait_is_not_lost() -> None:
    script = "os.kill(os.getpid(), signal.SIGTERM)\nprint(signals.wait(20).name)"
    with started("-c", PREPARE + script) as process:
        said, _ = process.communicate(timeout=DEADLINE_S)
    assert said == "ready\nSIGTERM\n"


def test_waiting_ends_without_a_signal() -> None:
    with started("-c", PREPARE + "print(signals.wait(0.01))") as process:
        said, _ = process.communicate(timeout=DEADLINE_S)
    assert said == "ready\nNone\n"


def test_the_second_signal_ends_it_at_once() -> None:
    script = "signals.wait(20)\nprint('stopping', flush=True)\nsignals.wait(20)\nprint('slow')"
    with started("-c", PREPARE + script) as process:
        ready(process)
        process.send_signal(signal.SIGINT)
        assert process.stdout is not None
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == ExitCode.FORCED_END
        assert process.stdout.read() == ""


def test_the_second_signal_ends_it_also_inside_native_code() -> None:
    # Runs for hours without the interpreter's lock and without looking at signals.
    script = (
        "import hashlib\nsignals.wait(20)\nprint('stopping', flush=True)\n"
        "hashlib.pbkdf2_hmac('sha512', b'', b'', 2**31 - 1)"
    )
    with started("-c", PREPARE + script) as process:
        ready(process)
        process.send_signal(signal.SIGTERM)
        assert process.stdout is not None
        assert process.stdout.readline() == "stopping\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == ExitCode.FORCED_END


def test_a_forked_child_dies_of_a_signal_and_its_parent_does_not_notice() -> None:
    script = (
        "reading, writing = os.pipe()\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os.write(writing, b'x')\n"
        "    time.sleep(60)\n"
        "    os._exit(0)\n"
        "os.read(reading, 1)\n"
        "os.kill(child, signal.SIGTERM)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), signals.wait(0.2))"
    )
    # Python 3.12 warns of every fork beside threads.
    with started("-W", "ignore", "-c", PREPARE + script) as process:
        said, _ = process.communicate(timeout=DEADLINE_S)
    assert said == f"ready\n{-signal.SIGTERM} None\n"


def test_a_request_prints_every_thread_and_harms_nothing() -> None:
    script = "os.kill(os.getpid(), signal.SIGUSR1)\nprint(signals.wait(0.01))"
    with started("-c", PREPARE + script) as process:
        said, error = process.communicate(timeout=DEADLINE_S)
    assert said == "ready\nNone\n"
    assert error.count("hread 0x") == 2
