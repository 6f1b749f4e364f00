"""The environment variables that set keys of connectors: `IGGY_CONNECTORS_SINK_<KEY>_<FIELD>`.

A variable belongs to the longest key that its name fits, so that those of `es_v2` are not taken
for unknown ones of `es`.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from config.connector_schema import CONNECTOR_TABLES, STREAM_TABLES
from config.environment_value import parse_environment_value
from config.errors import Finding
from config.key_path import KeyPath
from config.layers import Overrides
from config.model import Kind
from config.runtime_environment import CONNECTOR_PREFIXES
from config.strict_field import StrictField, leaves
from config.suggestion import closest

_PLUGIN_CONFIG = "PLUGIN_CONFIG_"
_STREAM = re.compile(r"STREAMS_(0|[1-9][0-9]{0,2})_(.+)")
_MAX_STREAM_INDEX = 255
_FIELDS = {
    kind: {
        "_".join(path).upper(): (path, field)
        for path, field in leaves(CONNECTOR_TABLES[kind])
        if field.from_environment
    }
    for kind in Kind
}
_STREAM_FIELDS = {
    kind: {"_".join(path).upper(): (path, field) for path, field in leaves(STREAM_TABLES[kind])}
    for kind in Kind
}


class Setting(NamedTuple):
    """What one variable sets; `field` reads its text, None where nothing gives it a type."""

    variable: str
    path: KeyPath
    field: StrictField[Any] | None


class ConnectorEnvironment:
    """The variables of all connectors; `warnings` names those that belong to none."""

    def __init__(self, environ: Mapping[str, str], connectors: Iterable[tuple[Kind, str]]) -> None:
        self._environ = environ
        self._settings: dict[tuple[Kind, str], list[Setting]] = {}
        unknown: list[Finding] = []
        keys: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        for kind, key in connectors:
            keys[kind].add(key.upper())
        for kind, prefix in CONNECTOR_PREFIXES.items():
            longest_first = sorted(keys[kind], key=len, reverse=True)
            for name in sorted(name for name in environ if name.upper().startswith(prefix)):
                for key in longest_first:
                    setting = _setting(kind, name, f"{prefix}{key}_")
                    if setting is not None:
                        self._settings.setdefault((kind, key), []).append(setting)
                        break
                else:
                    unknown.append(_unknown(kind, name, longest_first))
        self.warnings = tuple(unknown)

    def overrides(self, kind: Kind, key: str) -> Overrides:
        """Return what is set for one connector.

        `STREAMS_<i>_…` variables make up the whole array, so that they replace the file's streams.
        """
        overrides = Overrides()
        for setting in self._settings.get((kind, key.upper()), []):
            text = self._environ[setting.variable]
            if setting.field is None:
                overrides.put(setting.path, parse_environment_value(text), setting.variable)
            elif text:
                overrides.put(setting.path, setting.field.read_text(text), setting.variable)
        start = f"{CONNECTOR_PREFIXES[kind]}{key.upper()}_STREAMS_"
        for index in range(len(overrides.table.get("streams", []))):
            overrides.variables["streams", index] = f"{start}{index}_…"
        return overrides


def _setting(kind: Kind, name: str, start: str) -> Setting | None:
    if name.startswith(start):
        rest = name.removeprefix(start)
        if rest in _FIELDS[kind]:
            path, field = _FIELDS[kind][rest]
            return Setting(name, path, field)
        match = _STREAM.fullmatch(rest)
        if match and int(match[1]) <= _MAX_STREAM_INDEX and match[2] in _STREAM_FIELDS[kind]:
            path, field = _STREAM_FIELDS[kind][match[2]]
            return Setting(name, ("streams", int(match[1]), *path), field)
    option = name.upper().removeprefix(f"{start}{_PLUGIN_CONFIG}")
    if option and option != name.upper():
        return Setting(name, ("plugin_config", option.lower()), None)
    return None


def _unknown(kind: Kind, name: str, keys: Iterable[str]) -> Finding:
    prefix = CONNECTOR_PREFIXES[kind]
    fields = [*_FIELDS[kind], *(f"STREAMS_0_{field}" for field in _STREAM_FIELDS[kind])]
    known = [f"{prefix}{key}_{field}" for key in keys for field in fields]
    problem = f"sets nothing of any {kind} that there is, ignored"
    return Finding(source=name, problem=problem, suggestion=closest(name, known))
