"""Puts a plugin into a process of its own."""

import logging

from config.model import SinkConfig, SourceConfig
from config.policies import Isolation
from connectors.isolation.isolated_sink import IsolatedSink
from connectors.isolation.isolated_source import IsolatedSource
from connectors.registry import is_native
from connectors.stopping import Stopping


def is_isolated(config: SinkConfig | SourceConfig) -> bool:
    """Tell whether the plugin of a connector is to have a process of its own."""
    if config.isolation is not None:
        return config.isolation is Isolation.PROCESS
    return config.memory_limit_bytes is not None or is_native(config.path, config.kind)


def isolate(
    config: SinkConfig | SourceConfig, *, log: logging.Logger, stopping: Stopping
) -> IsolatedSink | IsolatedSource:
    """Return what stands for the plugin of a connector, ready to be opened.

    Raises ConfigError where there is no such plugin, and PluginDiedError where looking for it ends
    the process.
    """
    if isinstance(config, SinkConfig):
        return IsolatedSink(config, log=log, stopping=stopping)
    return IsolatedSource(config, log=log, stopping=stopping)
