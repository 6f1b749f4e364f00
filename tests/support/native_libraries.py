"""Shared libraries for tests, compiled with the system's compiler from `tests/support/native`.

Where there is no compiler the tests that need one are skipped, but not in CI.
"""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

_SOURCES = Path(__file__).parent / "native"
_COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")

# Returns the library made of C code.
Compile = Callable[[str], Path]


@pytest.fixture(scope="session")
def compile_library(tmp_path_factory: pytest.TempPathFactory) -> Compile:
    """Make libraries: `compile_library("int iggy_sink_open;")`."""
    if _COMPILER is None:
        reason = "there is no C compiler (cc, gcc, clang) to make a native plugin with"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    directory = tmp_path_factory.mktemp("native")

    def compiled(code: str) -> Path:
        library = directory / f"libplugin_{len(list(directory.iterdir()))}.so"
        command = [_COMPILER, "-shared", "-fPIC", "-Wall", "-Werror", "-pthread", "-x", "c"]
        subprocess.run(
            [*command, "-I", str(_SOURCES), "-o", str(library), "-"],
            input=code.encode(),
            check=True,
            timeout=30,
        )
        return library

    return compiled


@pytest.fixture(scope="session")
def native_sink(compile_library: Compile) -> Path:
    """Return the library of `recording_sink.c`."""
    return compile_library((_SOURCES / "recording_sink.c").read_text())


@pytest.fixture(scope="session")
def native_source(compile_library: Compile) -> Path:
    """Return the library of `numbered_source.c`."""
    return compile_library((_SOURCES / "numbered_source.c").read_text())
