"""Loads a plugin from a `.py` file."""

from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from config.errors import ConfigError
from config.model import Kind
from connectors.contain import BrokenPluginError, contain
from connectors.found_plugin import FoundPlugin, is_plugin, plugin_in
from connectors.plugin import Sink, Source
from connectors.python_file import load_file

_OUR_PACKAGES = ("actors", "broker", "cli", "config", "connectors", "web")


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


def find_in_file(file: Path, class_name: str | None, kind: Kind, owner: str) -> FoundPlugin:
    """Return the plugin of `kind` that `file` defines, by name or because it is the only one.

    The file is loaded anew for each call; `owner` is the connector that it is for. Raises
    ConfigError, whatever the file's own code raises.
    """
    try:
        return contain(
            f"plugin file {file} cannot be loaded",
            lambda: _find_in(load_file(file, owner), file, class_name, kind),
        )
    except BrokenPluginError as error:
        hint = _hint(file.parent, error.__cause__)
        if not hint:
            raise
        raise BrokenPluginError(f"{error}; {hint}") from error.__cause__


def _find_in(module: ModuleType, file: Path, class_name: str | None, kind: Kind) -> FoundPlugin:
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


def _hint(folder: Path, cause: BaseException | None) -> str:
    """Explain what a user's `config.py` leads to, when the import of it gave them ours."""
    if isinstance(cause, (ImportError, AttributeError)):
        for name in _OUR_PACKAGES:
            file = folder / f"{name}.py"
            if f"'{name}" in str(cause) and file.exists():
                return f"{file} needs another name: {name} is a package of this program"
    return ""
