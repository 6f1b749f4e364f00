"""Runs the compiler of a schema language, once when a connector starts, in its thread."""

import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from config.errors import ConfigError

_TIME_LIMIT_S = 30.0
_MAX_SHOWN_CHARACTERS = 500


def compile_schema(schema_path: Path, command: Callable[[Path], Sequence[str]]) -> bytes:
    """Return the one file that a compiler writes into an empty directory.

    `command` makes its command line for that directory. A process of its own, because compilers
    write to standard error and may end the process they run in. Raises ConfigError with what the
    compiler says.
    """
    with tempfile.TemporaryDirectory() as directory:
        try:
            result = subprocess.run(  # noqa: S603, the path is the operator's own
                command(Path(directory)),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_TIME_LIMIT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise ConfigError(f"cannot compile {schema_path}: {error}") from error
        written = list(Path(directory).iterdir())
        if result.returncode or len(written) != 1:
            said = (result.stderr + result.stdout).decode(errors="replace").strip()
            shown = said[:_MAX_SHOWN_CHARACTERS] or f"the compiler ended with {result.returncode}"
            raise ConfigError(f"cannot compile {schema_path}: {shown}")
        return written[0].read_bytes()


def read_schema_file(schema_path: Path) -> bytes:
    """Return a schema file; raises ConfigError when it cannot be read."""
    try:
        return schema_path.read_bytes()
    except OSError as error:
        raise ConfigError(f"Cannot read schema file: {schema_path}: {error.strerror}") from error
