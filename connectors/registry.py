"""Finds the plugin that a connector's `path` names.

| path                                      | finds                                             |
| ----------------------------------------- | ------------------------------------------------- |
| `random`                                  | the built-in, else an installed one, of that name |
| `my_package.sinks:MySink`                 | a class of a module that can be imported          |
| `plugins/my_sink.py`, `my_sink.py:MySink` | a class of a file, which is run for each start    |
| `target/release/libmine`, `/opt/mine.so`  | the plugin in that shared library, where it exists |
| `target/release/libiggy_connector_X_sink` | the built-in that stands in for the reference's X |
"""

import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from config.errors import ConfigError
from config.model import Kind
from config.suggestion import closest
from connectors.builtin import BUILTINS, NOT_BUILT_YET, ConnectorName, by_library, by_name
from connectors.contain import contain
from connectors.entry_points import Offer, find_installed, installed_plugins
from connectors.found_plugin import FoundPlugin, plugin_in, wrong_kind
from connectors.native.library_search import (
    LibrarySearch,
    default_directories,
    find_native_library,
)
from connectors.plugin_file import find_in_file, parse_plugin_file

_MODULE_AND_CLASS = re.compile(r"([A-Za-z_][\w.]*):([A-Za-z_]\w*)")


def find_plugin(
    path: str,
    kind: Kind,
    *,
    owner: str = "",
    cwd: Path | None = None,
    library_directories: Sequence[Path] | None = None,
) -> FoundPlugin:
    """Return the plugin of `kind` that `path` names; relative paths begin at `cwd`.

    `owner` is the key of the connector that it is for: each has a module of its own of a file.
    `library_directories` are where a native library is looked for, those of the reference unless
    given. Raises ConfigError that says what was looked for, and the cause where a plugin's own
    code failed.
    """
    cwd = cwd or Path.cwd()
    in_file = parse_plugin_file(path)
    if in_file:
        return find_in_file(cwd / in_file.file, in_file.class_name, kind, f"{kind} {owner}")
    in_module = _MODULE_AND_CLASS.fullmatch(path)
    if in_module:
        return _find_in_module(in_module[1], in_module[2], kind)
    found_by_name = _find_by_name(path, kind)
    if found_by_name:
        return found_by_name
    search = _search_library(path, cwd, library_directories)
    if search.found:
        # Most runtimes have no library to load, and no use for what it takes.
        from connectors.native.found_library import find_in_library  # noqa: PLC0415

        return find_in_library(search.found, kind)
    if Path(path).is_absolute():
        raise ConfigError(f"Plugin library not found: {path}")
    by_its_library = by_library(path)
    if by_its_library:
        return _find_shipped(by_its_library, kind)
    searched = ", ".join(map(str, search.searched))
    raise ConfigError(
        f"Plugin library not found: {path}, nor is it {_other_ways(path, kind)}."
        f" Searched paths: {searched}"
    )


def is_native(path: str, kind: Kind) -> bool:
    """Tell whether `find_plugin` would take `path` for a shared library, without loading it."""
    if is_place(path):
        return False
    has_name = by_name(path, kind) or path in _installed_names(kind)
    return not has_name and _search_library(path, Path.cwd(), None).found is not None


def is_place(path: str) -> bool:
    """Tell whether `path` says where code is (a file, a module), and so is no connector's name."""
    return parse_plugin_file(path) is not None or _MODULE_AND_CLASS.fullmatch(path) is not None


def _search_library(path: str, cwd: Path, directories: Sequence[Path] | None) -> LibrarySearch:
    if directories is None:
        directories = default_directories(cwd)
    return find_native_library(path, cwd, directories)


def _find_by_name(name: str, kind: Kind) -> FoundPlugin | None:
    """Look among ours first, so that no package takes the place of what ships with the runtime."""
    if ConnectorName(kind, name) not in BUILTINS:
        installed = find_installed(name, kind, installed_plugins())
        if installed:
            return installed
    ours = by_name(name, kind)
    return _find_shipped(ours, kind) if ours else None


def _find_shipped(connector: ConnectorName, kind: Kind) -> FoundPlugin:
    if connector.kind is not kind:
        raise ConfigError(wrong_kind(connector.name, kind))
    if connector in NOT_BUILT_YET:
        raise ConfigError(f"the {connector.name} {kind} of the reference is not built here yet")
    return find_builtin(connector)


def find_offer(offer: Offer, installed: Sequence[Offer]) -> FoundPlugin:
    """Return the plugin that a package offers, one of what is `installed`.

    Raises ConfigError when it cannot be used, also when `path` does not find it by its name.
    """
    kind, entry_point = offer
    if ConnectorName(kind, entry_point.name) in BUILTINS:
        raise ConfigError(
            f"{entry_point.name} is what ships with the runtime: say {entry_point.value}"
        )
    if is_place(entry_point.name):
        raise ConfigError(f"its name is taken for a file or a module: say {entry_point.value}")
    found = find_installed(entry_point.name, kind, installed)
    assert found is not None  # noqa: S101 - the offer itself is there
    return found


def find_builtin(connector: ConnectorName) -> FoundPlugin:
    """Return the plugin of one of `BUILTINS`."""
    module_name, _, class_name = BUILTINS[connector].partition(":")
    return _find_in_module(module_name, class_name, connector.kind)


def _find_in_module(module_name: str, class_name: str, kind: Kind) -> FoundPlugin:
    return contain(
        f"plugin {module_name}:{class_name} cannot be imported",
        lambda: plugin_in(import_module(module_name), class_name, kind, module_name),
    )


def _other_ways(path: str, kind: Kind) -> str:
    names = [connector.name for connector in BUILTINS if connector.kind is kind]
    names += _installed_names(kind)
    near = closest(path, names)
    hint = f" (did you mean {near}?)" if near else ""
    return f"a known {kind} ({', '.join(names)}){hint}, module:Class or a .py file"


def _installed_names(kind: Kind) -> list[str]:
    # Whoever looks for a plugin has searched the packages, and warned, or will.
    return [one.entry_point.name for one in installed_plugins(warns=False) if one.kind is kind]
