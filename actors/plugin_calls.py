"""Calls into plugins that sinks and sources have in common."""

import logging

from actors.reports import Reporter
from config.model import SinkConfig, SourceConfig
from connectors.blocking import BlockingSink, BlockingSource, PluginError
from connectors.create import create_plugin
from connectors.errors import RetryableError
from connectors.foreign_error import described
from connectors.isolation.isolate import is_isolated, isolate
from connectors.plugin import Sink, Source
from connectors.registry import find_plugin
from connectors.stopping import Stopping

_LONGEST_PAUSE_S = 86_400.0


def make_plugin(
    config: SinkConfig | SourceConfig,
    *,
    log: logging.Logger,
    stopping: Stopping,
    report: Reporter,
) -> BlockingSink | BlockingSource:
    """Find and create the plugin of a connector, here or in a process. Raises ConfigError."""
    plugin: Sink | Source
    if is_isolated(config):
        isolated = isolate(config, log=log, stopping=stopping)
        plugin, version = isolated, isolated.version
    else:
        found = find_plugin(config.path, config.kind, owner=config.key)
        version = found.version
        plugin = create_plugin(
            found.plugin_class,
            key=config.key,
            log=log,
            plugin_config=config.plugin_config,
            stopping=stopping,
        )
    report.plugin_found(version)
    return BlockingSink(plugin) if isinstance(plugin, Sink) else BlockingSource(plugin)


def close_plugin(plugin: BlockingSink | BlockingSource, log: logging.Logger) -> None:
    """Close a plugin; what it raises then is only logged."""
    try:
        plugin.close()
    except BaseException:
        log.exception("The plugin failed to close")


def as_exception(error: BaseException) -> Exception:
    """Return what foreign code raised as an ordinary error, which SystemExit and its like are not.

    What a plugin's own methods raise always is one; codecs and transforms run foreign code too.
    """
    if isinstance(error, Exception):
        return error
    ordinary = PluginError(described(error))
    ordinary.__cause__ = error
    return ordinary


def pause_after(error: Exception, backoff_s: float) -> float:
    """Return for how many seconds to wait: as the error asks, a day at most, else `backoff_s`."""
    asked_s = error.retry_after_s if isinstance(error, RetryableError) else None
    if not isinstance(asked_s, (int, float)) or not asked_s >= 0:  # nor is NaN
        return backoff_s
    return min(asked_s, _LONGEST_PAUSE_S)


def is_passing(error: Exception) -> bool:
    """Tell whether an error says that the other side is not there now: no record is to blame."""
    return isinstance(error, (RetryableError, OSError))
