"""Makes a plugin ready for its connector: instantiates it and gives it what `Plugin` promises."""

import copy
import logging
from typing import TypeVar

from marshmallow import EXCLUDE, Schema

from config.errors import ConfigError
from connectors.contain import contain
from connectors.options import load_options, warn_of_unknown_keys
from connectors.plugin import Plugin
from connectors.stopping import Stopping

PluginT = TypeVar("PluginT", bound=Plugin)

_PATH = ("plugin_config",)
_UNUSABLE = "the plugin's Config cannot be used"


def create_plugin(
    plugin_class: type[PluginT],
    *,
    key: str,
    log: logging.Logger,
    plugin_config: object,
    stopping: Stopping,
) -> PluginT:
    """Return a plugin that can be opened.

    `plugin_config` is read by the plugin's `Config` schema; keys that it does not know are
    ignored, as in the reference, with a warning in `log`. Raises ConfigError that names every
    wrong key but shows no value, since any of them may be a secret.
    """
    config = _config(plugin_class, plugin_config, log)

    def make() -> PluginT:
        plugin = plugin_class()
        plugin.key = key
        plugin.log = log
        plugin.config = config
        plugin.stopping = stopping
        return plugin

    return contain("Plugin initialization failed", make)


def _config(plugin_class: type[Plugin], plugin_config: object, log: logging.Logger) -> object:
    table = {} if plugin_config is None else copy.deepcopy(plugin_config)
    schema = contain(_UNUSABLE, lambda: _schema(plugin_class.Config))
    if schema is None:
        return table
    if schema.unknown == EXCLUDE:
        contain(_UNUSABLE, lambda: warn_of_unknown_keys(schema, table, _PATH, log))
    try:
        return load_options(schema, table, _PATH, what="plugin_config", values_are_secret=True)
    except ConfigError:
        raise
    except Exception as error:  # its text may show a secret
        hint = "raise marshmallow.ValidationError to say what is wrong"
        raise ConfigError(
            f"plugin_config cannot be used: Config raised {type(error).__name__}; {hint}"
        ) from error


def _schema(schema_class: type[Schema] | None) -> Schema | None:
    if schema_class is None:
        return None
    # What the author did not decide is the reference's way: unknown keys have no effect.
    decided = hasattr(schema_class.Meta, "unknown")
    return schema_class() if decided else schema_class(unknown=EXCLUDE)
