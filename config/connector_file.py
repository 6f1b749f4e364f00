"""Reads one connector's file; whatever is wrong with it stays with this connector."""

from dataclasses import dataclass
from pathlib import Path

from config.connector_checks import connector_problems
from config.connector_environment import ConnectorEnvironment
from config.connector_schema import CONNECTOR_TABLES
from config.dead_letter_checks import dead_letter_problems
from config.document import Document, printable
from config.errors import ConfigError, Finding
from config.key_path import Table
from config.layers import Layers, Overrides
from config.model import BrokenConnector, Kind, SinkConfig, SourceConfig
from config.problem import Located, Problem
from config.unknown_keys import unknown_keys
from config.validation import validate

_SECRETS = frozenset({("plugin_config",)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorDocument:
    """A file before the environment is laid over it.

    `identified` is False where the file does not say its kind and key; then they come from its
    name. `unreadable` says why nothing could be read; the document is empty then.
    """

    kind: Kind
    key: str
    identified: bool
    document: Document
    unreadable: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFile:
    """One version of a connector: it can be used where `findings` is empty.

    `version` is None where it could not be read. `config` can be there in spite of findings.
    """

    kind: Kind
    key: str
    version: int | None
    identified: bool
    source: str
    table: Table
    config: SinkConfig | SourceConfig | None
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...] = ()

    def broken(
        self, error: str, *, config: SinkConfig | SourceConfig | None, key: str | None = None
    ) -> BrokenConnector:
        """Return what can be listed of a connector that cannot run, under `key` if given."""
        name, path, enabled = (self.table.get(field) for field in ("name", "path", "enabled"))
        return BrokenConnector(
            kind=self.kind,
            key=key or self.key,
            name=printable(name) if isinstance(name, str) else key or self.key,
            path=printable(path) if isinstance(path, str) else "",
            enabled=enabled is not False,
            error=error,
            config=config,
        )


def read_connector_document(path: Path) -> ConnectorDocument:
    """Read a file and find out which connector it is about; never raises."""
    unreadable: tuple[Finding, ...] = ()
    try:
        document = Document.read(path)
    except ConfigError as error:
        document, unreadable = Document(printable(path), ""), error.findings
    kind = next((kind for kind in Kind if kind == document.table.get("type")), None)
    key = document.table.get("key")
    named = isinstance(key, str) and key != ""
    return ConnectorDocument(
        kind=kind or (Kind.SOURCE if "source" in path.stem else Kind.SINK),
        key=str(key) if named else printable(path.stem),
        identified=named and kind is not None,
        document=document,
        unreadable=unreadable,
    )


def load_connector_file(
    read: ConnectorDocument, environment: ConnectorEnvironment
) -> ConnectorFile:
    """Lay the connector's variables over its file and validate the result."""
    overrides = environment.overrides(read.kind, read.key) if read.identified else Overrides()
    notes = list(_dropped_options(read, overrides))
    layers = Layers([read.document], overrides, _SECRETS)
    schema = CONNECTOR_TABLES[read.kind]
    config, problems = validate(schema, layers.table)
    if problems:
        config = None
    if any(problem.path == ("type",) for problem in problems):
        problems = [problem for problem in problems if problem.path == ("type",)]
    else:
        problems += connector_problems(read.kind, layers.table)
        problems += dead_letter_problems(config) if config else ()
        notes += unknown_keys(schema, read.document.table)
    return ConnectorFile(
        kind=read.kind,
        key=config.key if config and read.identified else read.key,
        version=_version(layers.table.get("version")),
        identified=read.identified,
        source=read.document.source,
        table=layers.table,
        config=config,
        findings=read.unreadable or layers.findings(problems),
        warnings=layers.findings(notes),
    )


def _version(value: object) -> int | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    return None


def _dropped_options(read: ConnectorDocument, overrides: Overrides) -> list[Located]:
    """Take options out of the variables where the file's `plugin_config` cannot take them up."""
    plugin_config = read.document.table.get("plugin_config", {})
    if isinstance(plugin_config, dict) or "plugin_config" not in overrides.table:
        return []
    del overrides.table["plugin_config"]
    problem = Problem("is not a table, so that PLUGIN_CONFIG_… variables set nothing")
    return [Located(("plugin_config",), problem)]
