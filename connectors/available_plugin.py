"""What can be said of a plugin that has a name, whether it can be used or not."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

from config.errors import ConfigError
from config.model import Kind
from connectors.contain import contain
from connectors.found_plugin import FoundPlugin
from connectors.plugin_option import PluginOption, options_of


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


def describe(
    kind: Kind, path: str, origin: str, load: Callable[[], FoundPlugin]
) -> AvailablePlugin:
    """Describe the plugin that `load` returns, or the error that it raises."""

    def described() -> AvailablePlugin:
        found = load()
        schema_class = found.plugin_class.Config
        return AvailablePlugin(
            kind=kind,
            path=path,
            origin=origin,
            version=found.version,
            description=_first_line(found.plugin_class),
            options=tuple(options_of(schema_class())) if schema_class else (),
            takes_any_key=schema_class is None,
        )

    try:
        return contain("it cannot be described", described)
    except ConfigError as error:
        return AvailablePlugin(kind=kind, path=path, origin=origin, error=str(error))


def _first_line(plugin_class: type) -> str:
    text = plugin_class.__dict__.get("__doc__")
    return inspect.cleandoc(text).partition("\n")[0] if isinstance(text, str) else ""
