"""Says what a shared library is, and whether it can run here, without loading it in this process.

Run as a module it is the process that loads it: it writes what it found as JSON.
"""

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConfigError
from connectors.native.library import load_library

_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFacts:
    """`error` says why it cannot run here; `kind` and `version` are empty then."""

    path: Path
    kind: str = ""
    version: str = ""
    error: str | None = None


def inspect_library(path: Path) -> LibraryFacts:
    """Load `path` in a process of its own, for some seconds at most, and return what it says."""
    python_path = os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path)
    command = [sys.executable, "-P", "-m", "connectors.native.inspection", str(path)]
    try:
        ended = subprocess.run(  # noqa: S603
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_LIMIT_S,
            check=False,
            env={**os.environ, "PYTHONPATH": python_path},
        )
    except subprocess.TimeoutExpired:
        return LibraryFacts(path=path, error=f"it cannot be loaded within {_LIMIT_S:g} s")
    if ended.returncode < 0:
        name = signal.Signals(-ended.returncode).name
        return LibraryFacts(path=path, error=f"loading it ends the process with {name}")
    try:
        # The last line is ours, whatever the library prints.
        return LibraryFacts(path=path, **json.loads(ended.stdout.splitlines()[-1]))
    except (ValueError, TypeError, IndexError):
        return LibraryFacts(path=path, error=f"loading it ends the process: {ended.returncode}")


def _main() -> None:
    try:
        library = load_library(Path(sys.argv[1]))
        found = {"kind": str(library.kind), "version": library.version}
    except ConfigError as error:
        found = {"error": str(error)}
    sys.stdout.write(f"\n{json.dumps(found)}\n")
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    _main()
