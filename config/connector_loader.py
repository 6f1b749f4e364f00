"""Loads the connectors' configuration files of a directory; a bad file harms only its connector."""

from collections.abc import Mapping
from pathlib import Path

from config.active_versions import ActiveVersions, read_active_versions
from config.catalog import choose_versions
from config.connector_environment import ConnectorEnvironment
from config.connector_file import load_connector_file, read_connector_document
from config.document import printable
from config.errors import ConfigError, Finding
from config.loaded import Loaded
from config.model import ConnectorCatalog, SinkConfig, SourceConfig


def load_connectors(
    config_dir: Path | None, environ: Mapping[str, str]
) -> Loaded[ConnectorCatalog]:
    """Return all connectors of a directory; None stands for no directory and no connectors.

    Never raises for what files and variables hold. A directory that is not there is made.
    """
    paths: list[Path] = []
    active = ActiveVersions()
    warnings: list[Finding] = []
    if config_dir is not None:
        try:
            paths = _connector_paths(config_dir, warnings)
            active = read_active_versions(config_dir)
        except OSError as error:
            problem = f"cannot be used as the directory of connectors: {error.strerror}"
            warnings.append(Finding(source=printable(config_dir), problem=problem))
    documents = [read_connector_document(path) for path in paths]
    environment = ConnectorEnvironment(
        environ, [(read.kind, read.key) for read in documents if read.identified]
    )
    files = [load_connector_file(read, environment) for read in documents]
    catalog = choose_versions(files, active)
    return Loaded(
        value=catalog.value, warnings=(*warnings, *environment.warnings, *catalog.warnings)
    )


def load_connector(path: Path, environ: Mapping[str, str]) -> Loaded[SinkConfig | SourceConfig]:
    """Return the connector of one file. Raises ConfigError that lists everything wrong with it."""
    document = read_connector_document(path)
    keys = [(document.kind, document.key)] if document.identified else []
    file = load_connector_file(document, ConnectorEnvironment(environ, keys))
    if file.config is None or file.findings:
        raise ConfigError(f"{file.source} cannot be used", file.findings)
    return Loaded(value=file.config, warnings=file.warnings)


def _connector_paths(directory: Path, warnings: list[Finding]) -> list[Path]:
    if not directory.exists():
        directory.mkdir(parents=True)
        problem = "was not there and has been made; it holds no connectors"
        warnings.append(Finding(source=printable(directory), problem=problem))
    return sorted(
        path
        for path in directory.iterdir()
        if path.suffix == ".toml"
        and not path.name.startswith(".")
        and path.name.lower() != "cargo.toml"
        and path.is_file()
    )
