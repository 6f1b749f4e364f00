"""Reads `.active_versions.toml`, which says which version of a connector is in force."""

from dataclasses import dataclass, field
from pathlib import Path

from config.document import Document
from config.errors import ConfigError, Finding
from config.layers import Layers, Overrides
from config.model import Kind
from config.problem import Located, Problem
from config.unknown_keys import unknown_key

FILE_NAME = ".active_versions.toml"

_TABLES = {"sinks": Kind.SINK, "sources": Kind.SOURCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class ActiveVersions:
    """The version by kind and key; `wrong` holds the entries that are no version.

    `unreadable` says why nothing is known, and is None where the file is fine or missing.
    """

    versions: dict[tuple[Kind, str], int] = field(default_factory=dict)
    wrong: dict[tuple[Kind, str], Finding] = field(default_factory=dict)
    unreadable: Finding | None = None
    warnings: tuple[Finding, ...] = ()


def read_active_versions(config_dir: Path) -> ActiveVersions:
    """Read the file of a directory; never raises."""
    try:
        document = Document.read(config_dir / FILE_NAME)
    except ConfigError as error:
        if isinstance(error.__cause__, FileNotFoundError):
            return ActiveVersions()
        return ActiveVersions(unreadable=error.findings[0])
    layers = Layers([document], Overrides(), ())
    versions: dict[tuple[Kind, str], int] = {}
    wrong: dict[tuple[Kind, str], Finding] = {}
    unknown = []
    for name, table in document.table.items():
        if name not in _TABLES:
            unknown.append(Located((name,), unknown_key(name, _TABLES)))
            continue
        if not isinstance(table, dict):
            problem = Problem("must be a table of versions by key")
            return ActiveVersions(unreadable=layers.finding((name,), problem))
        for key, version in table.items():
            if isinstance(version, int) and not isinstance(version, bool):
                versions[_TABLES[name], key] = version
            else:
                problem = Problem("must be the number of a version")
                wrong[_TABLES[name], key] = layers.finding((name, key), problem)
    return ActiveVersions(versions=versions, wrong=wrong, warnings=layers.findings(unknown))
