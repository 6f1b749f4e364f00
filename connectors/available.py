"""Lists what the `path` of a connector can name, with what can be set for each."""

from functools import partial

from config.model import Kind
from connectors.available_plugin import AvailablePlugin, describe
from connectors.builtin import BUILTINS, NOT_BUILT_YET
from connectors.installed_listing import list_installed
from connectors.registry import find_builtin


def available_plugins() -> list[AvailablePlugin]:
    """Load every plugin that has a name, and describe it; sinks first, then by origin and name."""
    installed = list_installed()
    return [plugin for kind in Kind for plugin in _of_kind(kind, installed)]


def _of_kind(kind: Kind, installed: list[AvailablePlugin]) -> list[AvailablePlugin]:
    ours = sorted(name for name in BUILTINS if name.kind is kind)
    plugins = [describe(kind, name.name, "built-in", partial(find_builtin, name)) for name in ours]
    plugins += [plugin for plugin in installed if plugin.kind is kind]
    missing = {name.name for name in NOT_BUILT_YET if name.kind is kind}
    for name in sorted(missing - {plugin.path for plugin in plugins}):
        error = "not built here yet"
        plugins.append(AvailablePlugin(kind=kind, path=name, origin="reference", error=error))
    return plugins
