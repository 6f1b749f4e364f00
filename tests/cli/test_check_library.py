"""`iggy-connectors plugins --check`: what a library is, found out in a process of its own."""

from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from tests.cli.command import run
from tests.support.native_libraries import Compile


def test_a_library_that_runs_here_says_what_it_is(native_sink: Path) -> None:
    ended = run("plugins", "--check", native_sink.stem, cwd=native_sink.parent)

    assert (ended.returncode, ended.stderr) == (ExitCode.STOPPED, "")
    assert ended.stdout == f"{native_sink} is a sink, version 1.2.3-test, and can run here\n"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("int unrelated;", "is no connector"),
        (
            "__attribute__((constructor)) void f(void) { *(volatile int *)0 = 1; }",
            "loading it ends the process with SIGSEGV",
        ),
    ],
)
def test_a_library_that_is_no_plugin_says_why(
    compile_library: Compile, code: str, words: str
) -> None:
    library = compile_library(code)
    ended = run("plugins", "--check", str(library))

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert ended.stdout.startswith(f"{library} cannot run here: ")
    assert words in ended.stdout


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda data: data[:18] + b"\xb7\0" + data[20:], "it is built for aarch64, and this is"),
        (lambda data: b"MZ" + data, "it is no shared library of Linux (ELF)"),
    ],
    ids=["machine", "format"],
)
def test_a_library_for_another_machine_is_told(
    native_sink: Path, tmp_path: Path, change: object, words: str
) -> None:
    assert callable(change)
    library = tmp_path / "libforeign.so"
    library.write_bytes(change(native_sink.read_bytes()))
    ended = run("plugins", "--check", str(library))

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert words in ended.stdout


def test_a_library_that_is_not_there_says_where_it_was_looked_for(tmp_path: Path) -> None:
    ended = run("plugins", "--check", "libnowhere", cwd=tmp_path)

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert f"  {tmp_path}/libnowhere.so\n" in ended.stdout
