"""The environment variables that set keys of the runtime's configuration: a closed list."""

from collections.abc import Mapping

from config.errors import Finding
from config.layers import Overrides
from config.model import Kind
from config.runtime_schema import RuntimeSchema
from config.strict_field import leaves
from config.suggestion import closest

PREFIX = "IGGY_CONNECTORS_"
CONFIG_PATH = f"{PREFIX}CONFIG_PATH"
ENV_PATH = f"{PREFIX}ENV_PATH"

CONNECTOR_PREFIXES = {kind: f"{PREFIX}{kind.upper()}_" for kind in Kind}
_FIELDS = {
    f"{PREFIX}{'_'.join(path)}".upper(): (path, field)
    for path, field in leaves(RuntimeSchema())
    if field.from_environment
}


def runtime_overrides(environ: Mapping[str, str]) -> Overrides:
    """Return what is set, read by the type of its key; an empty variable counts as not set."""
    overrides = Overrides()
    for name, (path, field) in _FIELDS.items():
        if text := environ.get(name):
            overrides.put(path, field.read_text(text), name)
    return overrides


def unknown_variables(environ: Mapping[str, str]) -> tuple[Finding, ...]:
    """Report names with our prefix that set nothing; those of connectors are not looked at."""
    known = (*_FIELDS, CONFIG_PATH, ENV_PATH)
    return tuple(
        Finding(source=name, problem="unknown variable, ignored", suggestion=closest(name, known))
        for name in sorted(environ)
        if name.startswith(PREFIX)
        and not name.startswith(tuple(CONNECTOR_PREFIXES.values()))
        and name not in known
    )
