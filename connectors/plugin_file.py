"""Loads a plugin from a `.py` file."""

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from config.errors import ConfigError
from config.model import Kind
from connectors.contain import contain
from connectors.found_plugin import FoundPlugin, is_plugin, plugin_in
from connectors.plugin import Sink, Source
from connectors.python_file import load_file


class PluginFile(NamedTuple):
    """A path as configuration files give it; without `class_name` the file has one plugin."""

    file: str
    class_name: str | None


def parse_plugin_file(path: str) -> PluginFile | None:
    """Read `file.py` or `file.py:Class`; None for anything else."""
    if path.endswith(".py"):
        return PluginFile(path, None)
    file, colon, class_name = path.rpartition(":")
    return PluginFile(file, class_name) if colon and file.endswith(".py") else None


def find_in_file(file: Path, class_name: str | None, kind: Kind) -> FoundPlugin:
    """Return the plugin of `kind` that `file` defines, by name or because it is the only one.

    A file that was edited since the last call is loaded anew, one that was not is not. Raises
    ConfigError, whatever the file's own code raises.
    """
    module = contain(f"plugin file {file} cannot be loaded", lambda: load_file(file))
    own = _defined_plugins(module)
    names = [name for name, member in own.items() if is_plugin(member, kind)] or list(own)[:1]
    if class_name:
        names = [class_name]
    if len(names) > 1:
        choices = " or ".join(f"{file}:{name}" for name in names)
        raise ConfigError(f"{file} defines several {kind}s: say {choices}")
    if not names:
        raise ConfigError(f"{file} defines no subclass of connectors.{kind.capitalize()}")
    return plugin_in(module, names[0], kind, str(file))


def _defined_plugins(module: ModuleType) -> dict[str, type]:
    """Return the sinks and sources that the module defines itself, whatever it imports."""
    names = {
        member: name
        for name, member in vars(module).items()
        if isinstance(member, type)
        and issubclass(member, (Sink, Source))
        and member.__module__ == module.__name__
    }
    return {name: member for member, name in names.items()}
