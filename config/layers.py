"""Lays defaults, a file and environment variables over each other, and remembers what is whose."""

import json
import sys
from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

from config.document import Document, printable
from config.errors import Finding
from config.key_path import KeyPath, Table, dotted, prefixes, value_at
from config.problem import Located, Problem

_MAX_SHOWN = 80


class Overrides:
    """What environment variables set: `table` is their layer, `variables` their names by path."""

    def __init__(self) -> None:
        self.table: Table = {}
        self.variables: dict[KeyPath, str] = {}

    def put(self, path: KeyPath, value: object, variable: str) -> None:
        """Set one value; indexes in the path make up arrays of tables."""
        inner: Any = self.table
        for key, following in pairwise(path):
            if isinstance(key, int):
                inner += ({} for _ in range(len(inner), key + 1))
                inner = inner[key]
            else:
                inner = inner.setdefault(key, [] if isinstance(following, int) else {})
        inner[path[-1]] = value
        self.variables[path] = variable


class Layers:
    """Documents, lowest first, under environment variables.

    `table` is what is in force: tables are merged key by key, all else replaced as a whole.
    """

    def __init__(
        self, documents: Sequence[Document], overrides: Overrides, secrets: Collection[KeyPath]
    ) -> None:
        self._documents = documents
        self._variables = overrides.variables
        self._secrets = secrets
        self.table: Table = {}
        for layer in (*(document.table for document in documents), overrides.table):
            self.table = _merged(self.table, layer)

    def findings(self, problems: Iterable[Located]) -> tuple[Finding, ...]:
        """Say of each problem where it comes from, in the order of lines."""
        found = [self.finding(*problem) for problem in problems]
        return tuple(sorted(found, key=lambda finding: finding.line or sys.maxsize))

    def finding(self, path: KeyPath, problem: Problem) -> Finding:
        """Say of one problem where it comes from."""
        source, line = self._origin(path)
        secret = any(prefix in self._secrets for prefix in prefixes(path))
        hidden = secret or problem.hides_value
        return Finding(
            source=source,
            line=line,
            key=dotted(path),
            value=None if hidden else _shown(value_at(self.table, path)),
            problem=problem.text,
            allowed=problem.allowed,
            suggestion=problem.suggestion,
        )

    def _origin(self, path: KeyPath) -> tuple[str, int | None]:
        for prefix in prefixes(path):
            if prefix in self._variables:
                return self._variables[prefix], None
        for prefix in prefixes(path):
            for document in reversed(self._documents):
                if document.has(prefix):
                    return document.source, document.line_of(prefix)
        raise AssertionError("every document has the empty path")


def _merged(lower: Table, upper: Table) -> Table:
    merged = dict(lower)
    for key, value in upper.items():
        below = merged.get(key)
        if isinstance(below, dict) and isinstance(value, dict):
            merged[key] = _merged(below, value)
        else:
            merged[key] = value
    return merged


def _shown(value: object) -> str | None:
    """Return a value as TOML writes it; what stands before an `@` may be a password."""
    if isinstance(value, str):
        before, at, after = printable(value).rpartition("@")
        text = f"******@{after}" if at else before + after
        text = text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"
        return json.dumps(text, ensure_ascii=False)
    if isinstance(value, bool):
        return str(value).lower()
    return None if value is None or isinstance(value, (dict, list)) else str(value)
