"""Finds the line on which each key of a TOML text is set, which its parser does not tell.

The text is cut into statements by trying: lines are added to a statement until the TOML parser
takes it as a whole document, so that strings and arrays over several lines cannot mislead.
"""

from typing import Any

import tomli

from config.key_path import KeyPath

_MAX_STATEMENT_LINES = 100
_MAX_DEPTH = 6  # deeper keys belong to plugins and are not validated here


def statement_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line of the statement that first sets each key or opens each table.

    A statement of more than 100 lines ends the search: what comes after it is not in the result.
    """
    lines: dict[KeyPath, int] = {}
    array_lengths: dict[KeyPath, int] = {}
    table: KeyPath = ()
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        pending.append(line)
        statement = _parsed("\n".join(pending))
        if statement is None:
            if len(pending) > _MAX_STATEMENT_LINES:
                break
            continue
        first = number - len(pending) + 1
        if pending[0].lstrip().startswith("["):
            table = _opened_table(statement, array_lengths)
            for length in range(1, len(table) + 1):
                lines.setdefault(table[:length], first)
        else:
            _record(lines, table, statement, first)
        pending.clear()
    return lines


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return tomli.loads(text)
    except (ValueError, RecursionError):
        return None


def _opened_table(header: dict[str, Any], array_lengths: dict[KeyPath, int]) -> KeyPath:
    """Return the path that a parsed `[a.b]` or `[[a.b]]` leads to, with the array indexes in it."""
    path: KeyPath = ()
    inner: Any = header
    while inner:
        ((key, inner),) = inner.items()
        path = (*path, key)
        if isinstance(inner, list):
            array_lengths[path] = array_lengths.get(path, 0) + 1
            inner = inner[0]
        if path in array_lengths:
            path = (*path, array_lengths[path] - 1)
    return path


def _record(lines: dict[KeyPath, int], path: KeyPath, value: object, line: int) -> None:
    if path:
        lines.setdefault(path, line)
    if len(path) >= _MAX_DEPTH:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            _record(lines, (*path, key), inner, line)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _record(lines, (*path, index), inner, line)
