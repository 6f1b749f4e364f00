"""Looks for a shared library where the reference runtime would."""

import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_SUFFIXES = {"darwin": ".dylib", "win32": ".dll"}
_DEFAULT_SUFFIX = ".so"
_SYSTEM_DIRECTORIES = (
    "/usr/lib",
    "/usr/lib64",
    "/lib",
    "/lib64",
    "/usr/local/lib",
    "/usr/local/lib64",
)


class LibrarySearch(NamedTuple):
    """`found` is the library's path or None; `searched` are the paths that were looked at."""

    found: Path | None
    searched: tuple[Path, ...]


def default_directories(cwd: Path) -> tuple[Path, ...]:
    """Return where libraries are looked for by their file name."""
    return (Path(sys.executable).parent, cwd, *map(Path, _SYSTEM_DIRECTORIES))


def find_native_library(path: str, cwd: Path, directories: Sequence[Path]) -> LibrarySearch:
    """Look at `path`, then, unless it is absolute, for its file name in `directories`."""
    if not path.endswith((".so", ".dylib", ".dll")):
        path += _SUFFIXES.get(sys.platform, _DEFAULT_SUFFIX)
    places = [cwd / path]
    if not Path(path).is_absolute():
        places += [directory / Path(path).name for directory in directories]
    searched = tuple(dict.fromkeys(places))
    return LibrarySearch(next(filter(_exists, searched), None), searched)


def _exists(path: Path) -> bool:
    with suppress(OSError):  # such as a name that is too long
        return path.exists()
    return False
