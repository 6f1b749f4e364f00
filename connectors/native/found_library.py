"""Makes a plugin class of a shared library. Loads the library, which runs code of it."""

from pathlib import Path

from config.errors import ConfigError
from config.model import Kind
from connectors.found_plugin import FoundPlugin, wrong_kind
from connectors.native.library import load_library
from connectors.native.native_sink import NativeSink
from connectors.native.native_source import NativeSource

_CLASSES: dict[Kind, type[NativeSink] | type[NativeSource]] = {
    Kind.SINK: NativeSink,
    Kind.SOURCE: NativeSource,
}


def find_in_library(path: Path, kind: Kind) -> FoundPlugin:
    """Return the plugin of `kind` in the library at `path`. Raises ConfigError."""
    try:
        library = load_library(path)
    except ConfigError as error:
        raise ConfigError(f"Failed to load {kind} container from {path}: {error}") from error
    if library.kind is not kind:
        raise ConfigError(wrong_kind(str(path), kind))
    base = _CLASSES[kind]
    plugin_class = type(base.__name__, (base,), {"library": library, "__module__": base.__module__})
    return FoundPlugin(plugin_class, str(path), library.version)
