"""Lists what the `path` of a connector can name, with what can be set for each."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from config.errors import ConfigError
from config.model import Kind
from connectors.builtin import BUILTINS, NOT_BUILT_YET, ConnectorName
from connectors.contain import contain
from connectors.entry_points import installed_plugins, load_installed, package_of
from connectors.found_plugin import FoundPlugin
from connectors.plugin_option import PluginOption, options_of
from connectors.registry import find_builtin


@dataclass(frozen=True, slots=True, kw_only=True)
class AvailablePlugin:
    """`path` is what a connector's file says, `origin` is where the plugin comes from.

    `error` says why it cannot be used; `version`, `description` and `options` are empty then.
    `takes_any_key` tells that it has no `Config`, so that nobody can say what its options are.
    """

    kind: Kind
    path: str
    origin: str
    version: str = ""
    description: str = ""
    options: tuple[PluginOption, ...] = ()
    takes_any_key: bool = False
    error: str | None = None


def available_plugins() -> list[AvailablePlugin]:
    """Load every plugin that has a name, and describe it; sinks first, then by origin and name."""
    return [plugin for kind in Kind for plugin in _of_kind(kind)]


def _of_kind(kind: Kind) -> list[AvailablePlugin]:
    ours = sorted(name for name in BUILTINS if name.kind is kind)
    plugins = [
        _described(kind, name.name, "built-in", partial(find_builtin, name)) for name in ours
    ]
    for offer in installed_plugins(kind):
        if ConnectorName(kind, offer.name) not in ours:
            load = partial(load_installed, offer, kind)
            plugins.append(_described(kind, offer.name, package_of(offer), load))
    missing = {name.name for name in NOT_BUILT_YET if name.kind is kind}
    for name in sorted(missing - {plugin.path for plugin in plugins}):
        error = "not built here yet"
        plugins.append(AvailablePlugin(kind=kind, path=name, origin="reference", error=error))
    return plugins


def _described(
    kind: Kind, path: str, origin: str, load: Callable[[], FoundPlugin]
) -> AvailablePlugin:
    try:
        found = load()
        schema_class = found.plugin_class.Config
        options = contain(
            "its Config cannot be described",
            lambda: tuple(options_of(schema_class())) if schema_class else (),
        )
    except ConfigError as error:
        return AvailablePlugin(kind=kind, path=path, origin=origin, error=str(error))
    return AvailablePlugin(
        kind=kind,
        path=path,
        origin=origin,
        version=found.version,
        description=_first_line(found.plugin_class),
        options=options,
        takes_any_key=schema_class is None,
    )


def _first_line(plugin_class: type) -> str:
    text = inspect.cleandoc(plugin_class.__dict__.get("__doc__") or "")
    return text.partition("\n")[0]
