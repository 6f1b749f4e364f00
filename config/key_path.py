"""Names places inside a configuration: keys of tables and indexes of arrays, outermost first."""

import json
import re
from collections.abc import Iterator
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

KeyPath = tuple[str | int, ...]
Table = dict[str, Any]


def dotted(path: KeyPath) -> str:
    """Write a path as people do: `streams[0].schema`; unusual keys are quoted."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if _BARE_KEY.fullmatch(part) else json.dumps(part)
            text += f".{key}" if text else key
    return text


def prefixes(path: KeyPath) -> Iterator[KeyPath]:
    """Yield `path`, then what contains it, up to the whole file, which is `()`."""
    for length in range(len(path), -1, -1):
        yield path[:length]


def value_at(table: Table, path: KeyPath) -> object:
    """Return what stands at `path`, or None where nothing does."""
    value: Any = table
    for part in path:
        container: Any = value if isinstance(value, (dict, list)) else {}
        try:
            value = container[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value
