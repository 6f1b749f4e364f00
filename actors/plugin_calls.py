"""Calls into plugins that sinks and sources have in common."""

import logging

from actors.core import ActorError
from actors.reports import Reporter
from config.model import SinkConfig, SourceConfig
from connectors.create import create_plugin
from connectors.errors import RetryableError
from connectors.plugin import Sink, Source, Stopping
from connectors.registry import find_plugin


def make_plugin(
    config: SinkConfig | SourceConfig,
    *,
    log: logging.Logger,
    stopping: Stopping,
    report: Reporter,
) -> Sink | Source:
    """Find and create the plugin of a connector. Raises ConfigError."""
    found = find_plugin(config.path, config.kind)
    report.plugin_found(found.version)
    return create_plugin(
        found.plugin_class,
        key=config.key,
        log=log,
        plugin_config=config.plugin_config,
        stopping=stopping,
    )


def close_plugin(plugin: Sink | Source) -> None:
    """Close a plugin; what it raises then is only logged."""
    try:
        plugin.close()
    except BaseException:
        plugin.log.exception("The plugin failed to close")


def as_exception(error: BaseException) -> Exception:
    """Return what a plugin raised as an ordinary error, which SystemExit and its like are not."""
    if isinstance(error, Exception):
        return error
    return ActorError(f"the plugin raised {type(error).__name__}: {error}")


def is_passing(error: Exception) -> bool:
    """Tell whether an error says that the other side is not there now: no record is to blame."""
    return isinstance(error, (RetryableError, OSError))
