"""Makes a plugin ready for its connector: instantiates it and gives it what `Plugin` promises."""

import copy
import logging
from typing import TypeVar

from marshmallow import EXCLUDE, Schema

from config.errors import ConfigError
from config.unknown_keys import ignore_unknown_keys
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
    schema = contain(_UNUSABLE, lambda: _schema(plugin_class.Config, table, log))
    if schema is None:
        return table
    try:
        return load_options(schema, table, _PATH, what="plugin_config", values_are_secret=True)
    except ConfigError:
        raise
    except Exception as error:  # its text may show a secret
        hint = "raise marshmallow.ValidationError to say what is wrong"
        raise ConfigError(
            f"plugin_config cannot be used: Config raised {type(error).__name__}; {hint}"
        ) from error


def _schema(schema_class: type[Schema] | None, table: object, log: logging.Logger) -> Schema | None:
    """Return the schema for `table`, having warned of the keys in it that will be ignored."""
    if schema_class is None:
        return None
    schema = schema_class()
    # What the author did not decide is the reference's way: unknown keys have no effect.
    if schema.unknown == EXCLUDE or not hasattr(schema_class.Meta, "unknown"):
        ignore_unknown_keys(schema, table)
        warn_of_unknown_keys(schema, table, _PATH, log)
    return schema
