"""The command line: what it accepts, what it teaches, what it refuses."""

import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from config.runtime_environment import unknown_variables
from tests.cli.command import CHECKOUT, DEADLINE_S, environment, run, run_with_runtime


def test_the_version_is_the_packages() -> None:
    ended = run("--version")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"iggy-connectors {version('iggy-connectors')}\n"


@pytest.mark.parametrize("closed", [">&-", "<&- >&-"])
@pytest.mark.parametrize("arguments", ["--version", "plugins"])
def test_a_closed_standard_output_is_no_fault(arguments: str, closed: str) -> None:
    ended = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m cli.main {arguments} {closed}"],
        cwd=CHECKOUT,
        env=environment(),
        stderr=subprocess.PIPE,
        timeout=DEADLINE_S,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (0, b"")


@pytest.mark.parametrize("command", [[], ["run"], ["broker"], ["new"], ["plugins"]])
def test_every_help_shows_the_whole_table_of_exit_codes(command: list[str]) -> None:
    ended = run(*command, "--help")
    assert ended.returncode == 0
    for code in ExitCode:
        assert f"  {code.value}   {code.meaning}\n" in ended.stdout


def test_the_variables_in_the_help_are_real() -> None:
    names = re.findall(r"IGGY_CONNECTORS_\w+", run("--help").stdout)
    assert len(names) > 5
    assert unknown_variables(dict.fromkeys(names, "")) == ()


@pytest.mark.parametrize("wrong", [["--verbose"], ["start"], ["run", "now"], ["broker", "--port"]])
def test_an_unknown_argument_is_refused_with_what_is_allowed(wrong: list[str]) -> None:
    ended = run(*wrong)
    assert (ended.returncode, ended.stdout) == (ExitCode.BAD_CONFIGURATION, "")
    assert wrong[-1] in ended.stderr
    assert "allowed: iggy-connectors [run | broker | new | plugins" in ended.stderr


@pytest.mark.parametrize("wrong", [["new"], ["new", "sink"], ["new", "filter", "orders"]])
def test_a_command_with_wrong_arguments_tells_its_own(wrong: list[str]) -> None:
    ended = run(*wrong)
    assert (ended.returncode, ended.stdout) == (ExitCode.BAD_CONFIGURATION, "")
    assert "allowed: iggy-connectors new {sink | source} NAME" in ended.stderr


@pytest.mark.parametrize("arguments", [[], ["run"]])
def test_a_bad_configuration_is_one_report_of_everything(
    arguments: list[str], tmp_path: Path
) -> None:
    (tmp_path / "my.toml").write_text('[http]\nenabled = "on"\naddress = "nowhere"\n')
    (tmp_path / ".env").write_text("this is no assignment\n")
    ended = run(*arguments, cwd=tmp_path, IGGY_CONNECTORS_CONFIG_PATH="my.toml")
    assert (ended.returncode, ended.stdout) == (ExitCode.BAD_CONFIGURATION, "")
    heading, *findings = ended.stderr.splitlines()
    assert heading == "The runtime's configuration cannot be used:"
    assert len(findings) == 3
    assert "my.toml:2: http.enabled" in findings[0]
    assert "my.toml:3: http.address" in findings[1]
    assert ".env:1" in findings[2]


def test_no_secret_is_in_the_report(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("iggy.password = 12345678\nhttp.enabled = 1\n")
    ended = run(cwd=tmp_path, IGGY_CONNECTORS_CONFIG_PATH="my.toml")
    assert "iggy.password" in ended.stderr
    assert "12345678" not in ended.stderr


def test_the_runtimes_code_is_the_commands(tmp_path: Path) -> None:
    ended = run_with_runtime("return ExitCode.GAVE_UP", cwd=tmp_path)
    assert ended.returncode == ExitCode.GAVE_UP


def test_a_fault_is_logged_with_its_traceback(tmp_path: Path) -> None:
    ended = run_with_runtime("raise RuntimeError('oh no')", cwd=tmp_path)
    assert ended.returncode == ExitCode.FAULT
    assert " ERROR cli.main: Ended by a fault of the program itself" in ended.stdout
    assert "\n  RuntimeError: oh no" in ended.stdout


def test_the_end_waits_for_nobody(tmp_path: Path) -> None:
    body = (
        "import atexit, threading\n"
        "atexit.register(print, 'torn down')\n"
        "threading.Thread(target=threading.Event().wait).start()\n"
        "sys.stdout.write('not flushed yet')\n"
        "return ExitCode.STOPPED"
    )
    ended = run_with_runtime(body, cwd=tmp_path)
    assert ended.returncode == 0
    assert "not flushed yet" in ended.stdout  # lines of the log may come behind it
    assert "torn down" not in ended.stdout


def test_plugins_are_found_in_the_working_directory_after_what_is_installed(
    tmp_path: Path,
) -> None:
    (tmp_path / "my_plugin.py").write_text("print('mine')")
    (tmp_path / "web.py").write_text("print('hidden')")
    body = "import my_plugin, web\nreturn ExitCode.STOPPED"
    # `python -c` puts the working directory first by itself; -P of a console script does not.
    ended = run_with_runtime(body, cwd=tmp_path, PYTHONSAFEPATH="1")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "mine\n" in ended.stdout
    assert "hidden" not in ended.stdout


def test_what_the_env_file_adds_is_there_for_plugins(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MY_TARGET=here\nRUST_LOG=error\n")
    body = "import os\nprint(os.environ['MY_TARGET'])\nreturn ExitCode.STOPPED"
    ended = run_with_runtime(body, cwd=tmp_path)
    assert ended.stdout.endswith("here\n")
    assert "INFO" not in ended.stdout
