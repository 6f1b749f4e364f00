"""Finds a file here or in a folder above."""

from pathlib import Path


def find_file(name: str, cwd: Path) -> Path | None:
    """Return the first regular file `name` in `cwd` or its parents; an absolute name is itself."""
    for folder in (cwd, *cwd.parents):
        if (folder / name).is_file():
            return folder / name
    return None
