"""Typed configuration: what the files and the environment say, validated and frozen."""

from config.connector_loader import load_connector, load_connectors
from config.environment_file import load_environment
from config.errors import ConfigError, ConnectError, Finding
from config.loaded import Loaded
from config.runtime_loader import load_runtime

__all__ = [
    "ConfigError",
    "ConnectError",
    "Finding",
    "Loaded",
    "load_connector",
    "load_connectors",
    "load_environment",
    "load_runtime",
]
