"""`iggy-connectors plugins --check PATH`: what a shared library is. Main thread."""

from pathlib import Path

from cli.command import CheckLibrary
from cli.exit_code import ExitCode
from connectors.native.inspection import inspect_library
from connectors.native.library_search import default_directories, find_native_library


def check_library(command: CheckLibrary) -> ExitCode:
    """Write one line; a library that cannot run here ends the command with a failure."""
    cwd = Path.cwd()
    search = find_native_library(command.path, cwd, default_directories(cwd))
    if search.found is None:
        print(f"{command.path}: there is no such library. Looked at:")
        print("\n".join(f"  {path}" for path in search.searched))
        return ExitCode.BAD_CONFIGURATION
    facts = inspect_library(search.found)
    if facts.error is not None:
        print(f"{facts.path} cannot run here: {facts.error}")
        return ExitCode.BAD_CONFIGURATION
    print(f"{facts.path} is a {facts.kind}, version {facts.version}, and can run here")
    return ExitCode.STOPPED
