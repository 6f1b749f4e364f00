"""Everything that the environment and the files say, read once before anything starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from config import ConfigError, Finding, load_connectors, load_environment, load_runtime
from config.model import ConnectorCatalog, RuntimeConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What `run` works with; `environ` includes the `.env` file, `warnings` are for the log."""

    runtime: RuntimeConfig
    catalog: ConnectorCatalog
    environ: Mapping[str, str]
    warnings: tuple[Finding, ...] = ()


def load_configuration(environ: Mapping[str, str], *, cwd: Path) -> Configuration:
    """Read `.env`, the runtime's configuration and the connectors' files.

    Raises ConfigError that lists everything wrong with the runtime's configuration and every
    warning beside it; a bad connector file is part of the catalog instead.
    """
    environment = load_environment(environ, cwd=cwd)
    try:
        runtime = load_runtime(environment.value, cwd=cwd)
    except ConfigError as error:
        heading = str(error).partition("\n")[0]
        raise ConfigError(heading, (*error.findings, *environment.warnings)) from error
    catalog = load_connectors(runtime.value.connectors_dir, environment.value)
    return Configuration(
        runtime=runtime.value,
        catalog=catalog.value,
        environ=environment.value,
        warnings=(*environment.warnings, *runtime.warnings, *catalog.warnings),
    )
