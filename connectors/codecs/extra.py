"""Loads what needs a package that is installed only where it was asked for."""

from importlib import import_module
from types import ModuleType

from config.errors import ConfigError


def load_extra(module_name: str, extra: str, what: str) -> ModuleType:
    """Import a module of ours; raises ConfigError that names the extra when a package is missing.

    `what` is what the user asked for.
    """
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"{what} needs the package {error.name}, which is not installed:"
            f" pip install 'iggy-connectors[{extra}]'"
        ) from error
