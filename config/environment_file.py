"""Reads a `.env` file, which adds to the environment and never overrides it."""

import io
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream
from dotenv.variables import parse_variables

from config.document import printable
from config.errors import Finding
from config.loaded import Loaded
from config.parent_search import find_file
from config.runtime_environment import ENV_PATH


def load_environment(environ: Mapping[str, str], *, cwd: Path) -> Loaded[Mapping[str, str]]:
    """Return `environ` with what the `.env` file adds; nothing is changed in place.

    The file is the one that `IGGY_CONNECTORS_ENV_PATH` names, else `.env` in `cwd` or above. A file
    or a line that cannot be read is a warning. `${NAME}` and `${NAME:-default}` are replaced.
    """
    named = environ.get(ENV_PATH)
    path = cwd / named if named else find_file(".env", cwd)
    if path is None:
        return Loaded(value=environ)
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return Loaded(value=environ, warnings=(_unreadable(path, "not UTF-8 text, ignored"),))
    except OSError as error:
        problem = f"cannot be read, ignored: {error.strerror}"
        return Loaded(value=environ, warnings=(_unreadable(path, problem),))
    merged = dict(environ)
    warnings = []
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            warnings.append(_unreadable(path, "not NAME=value, ignored", _line(binding)))
        elif binding.key is not None and binding.value is not None:
            value = "".join(atom.resolve(merged) for atom in parse_variables(binding.value))
            merged.setdefault(binding.key, value)
    return Loaded(value=merged, warnings=tuple(warnings))


def _unreadable(path: Path, problem: str, line: int | None = None) -> Finding:
    return Finding(source=printable(path), line=line, problem=problem)


def _line(binding: Binding) -> int:
    statement = binding.original
    blank = statement.string[: len(statement.string) - len(statement.string.lstrip())]
    return statement.line + blank.count("\n")
