"""Finds the connectors that installed packages offer.

    [project.entry-points."iggy_connectors.sinks"]
    orders = "orders_package.sink:OrdersSink"

A package is imported only when its connector is asked for.
"""

import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from importlib.metadata import EntryPoint, distributions

from config.errors import ConfigError
from config.model import Kind
from connectors.contain import contain
from connectors.foreign_error import described
from connectors.found_plugin import UNKNOWN_VERSION, FoundPlugin, plugin_in

_log = logging.getLogger(__name__)


def installed_plugins(kind: Kind) -> list[EntryPoint]:
    """Return the entry points of `kind`, by name; none of them is loaded.

    Packages that cannot say what they offer are passed over with a warning.
    """
    group = f"iggy_connectors.{kind}s"
    return sorted((one for one in _entry_points() if one.group == group), key=lambda one: one.name)


def _entry_points() -> Iterator[EntryPoint]:
    """Yield what all packages offer, of two with one name the first: that one can be imported."""
    seen: set[str] = set()
    for package in distributions():
        name = None
        try:
            name = re.sub(r"[-_.]+", "-", package.name).lower()
            offers = package.entry_points
        except Exception as error:  # noqa: BLE001
            what = name or f"a package in {package.locate_file('')}"
            _log.warning("The entry points of %s cannot be read: %s", what, described(error))
            continue
        if name not in seen:
            seen.add(name)
            yield from offers


def find_installed(name: str, kind: Kind) -> FoundPlugin | None:
    """Return the plugin that a package offers under `name`, None when none does.

    Raises ConfigError when two packages do, or when what the one offers cannot be used.
    """
    offers = [one for one in installed_plugins(kind) if one.name == name]
    if not offers:
        return None
    if len({offer.value for offer in offers}) > 1:
        packages = " and ".join(map(package_of, offers))
        raise ConfigError(f"{packages} both offer a {kind} {name}: say module:Class")
    return _load(offers[0], kind)


def _load(offer: EntryPoint, kind: Kind) -> FoundPlugin:
    """Return the plugin behind an entry point. Raises ConfigError, whatever its code raises."""
    what = f"{kind} {offer.name} of {package_of(offer)} cannot be loaded"
    if not offer.pattern.match(offer.value) or not offer.attr:
        raise ConfigError(f"{what}: {offer.value!r} is not module:Class")
    found = contain(
        what, lambda: plugin_in(import_module(offer.module), offer.attr, kind, offer.module)
    )
    if found.version == UNKNOWN_VERSION and offer.dist is not None:
        return replace(found, version=offer.dist.version)
    return found


def package_of(offer: EntryPoint) -> str:
    """Name the package and its version."""
    if offer.dist is None:
        return "an unknown package"
    return f"{offer.dist.name} {offer.dist.version}"
