"""Writes a plugin's own configuration in the formats that the API offers."""

import orjson
import tomli_w
import yaml

from config.model import ConfigFormat
from web.errors import NotConvertibleError

_CONTENT_TYPES = {
    ConfigFormat.JSON: "application/json",
    ConfigFormat.YAML: "application/yaml",
    ConfigFormat.TOML: "application/toml",
    ConfigFormat.TEXT: "text/plain",
}


def content_type(config_format: ConfigFormat) -> str:
    """Return the media type of a format."""
    return _CONTENT_TYPES[config_format]


def written(plugin_config: object, config_format: ConfigFormat) -> bytes:
    """Write JSON-like data; text is the same as JSON. Raises NotConvertibleError."""
    try:
        match config_format:
            case ConfigFormat.TOML:
                return _toml(plugin_config)
            case ConfigFormat.YAML:
                text = yaml.safe_dump(plugin_config, allow_unicode=True, sort_keys=False)
                return text.encode()
        return orjson.dumps(plugin_config)
    except (TypeError, ValueError, yaml.YAMLError) as error:
        raise NotConvertibleError(
            f"The plugin's configuration cannot be written as {config_format}"
        ) from error


def _toml(plugin_config: object) -> bytes:
    if not isinstance(plugin_config, dict):
        raise NotConvertibleError("Only a table can be written as toml")
    return tomli_w.dumps(plugin_config).encode()
