"""Finds the connectors that installed packages offer.

    [project.entry-points."iggy_connectors.sinks"]
    orders = "orders_package.sink:OrdersSink"

A package is imported only when its connector is asked for.
"""

import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.metadata import Distribution, EntryPoint, distributions
from typing import NamedTuple

from config.errors import ConfigError
from config.model import Kind
from connectors.contain import contain
from connectors.foreign_error import described
from connectors.found_plugin import UNKNOWN_VERSION, FoundPlugin, plugin_in

_log = logging.getLogger(__name__)


class Offer(NamedTuple):
    """What a package offers; it may turn out to be nothing of that kind, or nothing at all."""

    kind: Kind
    entry_point: EntryPoint


def installed_plugins(*, warns: bool = True) -> list[Offer]:
    """Search all packages, which takes tens of ms, and return their offers, sinks first, by name.

    None is loaded. Packages that cannot say what they offer are passed over, with a warning if it
    `warns`.
    """
    kinds = {f"iggy_connectors.{kind}s": kind for kind in Kind}
    found = [Offer(kinds[one.group], one) for one in _entry_points(warns) if one.group in kinds]
    order = list(Kind)
    return sorted(found, key=lambda one: (order.index(one.kind), one.entry_point.name))


def _entry_points(warns: bool) -> Iterator[EntryPoint]:
    """Yield what all packages offer, of two with one name the first: that one can be imported."""
    seen: set[str] = set()
    for package in distributions():
        try:
            name = _name(package)
            offers = package.entry_points
        except Exception as error:  # noqa: BLE001
            if warns:
                # The folder of its metadata has no public name.
                folder = getattr(package, "_path", package.locate_file(""))
                _log.warning("The entry points in %s cannot be read: %s", folder, described(error))
            continue
        if name not in seen:
            seen.add(name)
            yield from offers


def _name(package: Distribution) -> str:
    name: str | None = package.name  # None where METADATA is missing
    if not name:
        raise ValueError("the package has no name")
    return re.sub(r"[-_.]+", "-", name).lower()


def find_installed(name: str, kind: Kind, installed: Sequence[Offer]) -> FoundPlugin | None:
    """Return the plugin that a package offers under `name`, None when none does.

    Raises ConfigError when two packages do, or when what the one offers cannot be used.
    """
    offers = [
        one.entry_point for one in installed if one.kind is kind and one.entry_point.name == name
    ]
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
