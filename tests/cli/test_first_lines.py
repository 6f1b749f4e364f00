"""What `run` says first, in both formats."""

import json
from pathlib import Path

from cli.exit_code import ExitCode
from tests.cli.command import DEADLINE_S, WITH_RUNTIME, run_with_runtime, started

STOP = "return ExitCode.STOPPED"


def test_text_begins_with_the_banner_and_then_the_format(tmp_path: Path) -> None:
    ended = run_with_runtime(STOP, cwd=tmp_path, IGGY_CONNECTORS_HTTP_ADDRES="x")
    lines = ended.stdout.splitlines()
    assert lines[0].startswith("iggy-connectors ")
    assert len(lines[: lines.index("  stop        Ctrl-C") + 1]) in range(5, 9)
    first, warning = lines[lines.index("  stop        Ctrl-C") + 1 :]
    assert first.endswith(' INFO runtime: Logging to standard output format="text"')
    assert " WARN runtime: IGGY_CONNECTORS_HTTP_ADDRES: unknown variable" in warning
    assert ended.stderr == ""


def test_json_keeps_everything_else_off_standard_output(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('logging.format = "json"\n')
    ended = run_with_runtime(STOP, cwd=tmp_path, IGGY_CONNECTORS_CONFIG_PATH="my.toml")
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert lines[0]["fields"] == {"message": "Logging to standard output", "format": "json"}
    assert ended.stderr.startswith("iggy-connectors ")


def test_the_format_of_the_environment_holds_for_a_fault_too(tmp_path: Path) -> None:
    ended = run_with_runtime(
        "raise RuntimeError('oh no')", cwd=tmp_path, IGGY_CONNECTORS_LOGGING_FORMAT="json"
    )
    last = json.loads(ended.stdout.splitlines()[-1])
    assert "RuntimeError: oh no" in last["fields"]["exception"]


def test_levels_that_are_not_understood_are_named(tmp_path: Path) -> None:
    ended = run_with_runtime(STOP, cwd=tmp_path, RUST_LOG="info,x=loud")
    assert "RUST_LOG is ignored: 'x=loud' is neither" in ended.stdout


def test_a_closed_pipe_changes_nothing(tmp_path: Path) -> None:
    # The test's end of the pipe is closed before the command says its first word.
    script = WITH_RUNTIME.format(
        body="    import logging\n"
        "    for number in range(1000): logging.getLogger('x').info('line %d', number)\n"
        "    return ExitCode.GAVE_UP"
    )
    with started("-c", f"import sys; sys.stdin.read()\n{script}", cwd=tmp_path) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.close()
        assert process.wait(DEADLINE_S) == ExitCode.GAVE_UP
