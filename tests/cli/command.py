"""The command as a user starts it: a process of its own, in a clean environment."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
DEADLINE_S = 20.0

# Stands where the composition root is, so that what comes before it can be seen alone.
WITH_RUNTIME = """
import sys, types
runtime = types.ModuleType("cli.runtime")
def run_runtime(configuration, signals):
    from cli.exit_code import ExitCode
{body}
runtime.run_runtime = run_runtime
sys.modules["cli.runtime"] = runtime
from cli.main import main
main()
"""


def environment(**variables: str) -> dict[str, str]:
    """Return the environment without what belongs to the commands, and with `variables`."""
    ours = ("IGGY_", "RUST_LOG", "NO_COLOR", "PYTHON")
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return {**inherited, "PYTHONPATH": str(CHECKOUT), **variables}


def run(
    *arguments: str, cwd: Path = CHECKOUT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run `iggy-connectors` with arguments until it ends."""
    return _completed([sys.executable, "-m", "cli.main", *arguments], cwd, variables)


def run_with_runtime(body: str, *, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `iggy-connectors run` with `body` as the runtime's function."""
    indented = "\n".join(f"    {line}" for line in body.splitlines())
    script = WITH_RUNTIME.format(body=indented)
    return _completed([sys.executable, "-c", script], cwd, variables)


@contextmanager
def started(
    *arguments: str, cwd: Path = CHECKOUT, **variables: str
) -> Iterator[subprocess.Popen[str]]:
    """Start Python with arguments; whatever is left of it is killed at the end."""
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def _completed(
    command: list[str], cwd: Path, variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=cwd,
        env=environment(**variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
