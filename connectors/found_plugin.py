"""A plugin class that was found, and the checks that it is one."""

import inspect
import sys
from dataclasses import dataclass
from importlib import metadata
from types import ModuleType

from config.errors import ConfigError
from config.model import Kind
from config.suggestion import closest
from connectors.plugin import Sink, Source

UNKNOWN_VERSION = "unknown"

_CLASSES: dict[Kind, type[Sink] | type[Source]] = {Kind.SINK: Sink, Kind.SOURCE: Source}


@dataclass(frozen=True, slots=True)
class FoundPlugin:
    """`resolved_path` finds it again; `version` is `__version__` of its module or package."""

    plugin_class: type[Sink] | type[Source]
    resolved_path: str
    version: str


def is_plugin(candidate: object, kind: Kind) -> bool:
    """Tell whether `candidate` is a class of that kind that can be instantiated."""
    return (
        isinstance(candidate, type)
        and issubclass(candidate, _CLASSES[kind])
        and not inspect.isabstract(candidate)
    )


def plugin_in(module: ModuleType, class_name: str, kind: Kind, place: str) -> FoundPlugin:
    """Return the plugin that `module`, which `place` names, has under `class_name`.

    Raises ConfigError that says why there is none, or none of that kind.
    """
    candidate = getattr(module, class_name, None)
    resolved_path = f"{place}:{class_name}"
    base = _CLASSES[kind]
    if candidate is None:
        near = closest(class_name, vars(module))
        hint = f"; did you mean {near}?" if near else ""
        raise ConfigError(f"{place} has no {class_name}{hint}")
    if not isinstance(candidate, type) or not issubclass(candidate, (Sink, Source)):
        raise ConfigError(f"{resolved_path} is no subclass of connectors.{base.__name__}")
    if not issubclass(candidate, base):
        raise ConfigError(wrong_kind(resolved_path, kind))
    missing = ", ".join(sorted(getattr(candidate, "__abstractmethods__", ())))
    if missing:
        raise ConfigError(f"{resolved_path} does not implement {missing}")
    return FoundPlugin(candidate, resolved_path, _version(candidate))


def wrong_kind(name: str, kind: Kind) -> str:
    """Say that `name` is of the other kind than the `kind` that is wanted."""
    other = Kind.SOURCE if kind is Kind.SINK else Kind.SINK
    return f"{name} is a {other}, and this connector is a {kind}"


def _version(plugin_class: type) -> str:
    module_name = plugin_class.__module__
    package_name = module_name.partition(".")[0]
    if package_name == "connectors":
        return _own_version()
    for name in (module_name, package_name):
        version = getattr(sys.modules.get(name), "__version__", None)
        if isinstance(version, str):
            return version
    return UNKNOWN_VERSION


def _own_version() -> str:
    try:
        return metadata.version("iggy-connectors")
    except metadata.PackageNotFoundError:
        return UNKNOWN_VERSION
