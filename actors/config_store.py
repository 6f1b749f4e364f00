"""Knows what the configuration says of every connector, and answers whoever asks."""

from actors.core import Actor, Lineage
from actors.queries import ConfigView, ConnectorNotFoundError, GetConfig
from config.model import ConnectorCatalog, ConnectorConfig, Kind


class ConfigStore(Actor):
    """Holds the catalog with which the runtime was started; disabled connectors are not there."""

    def __init__(self, lineage: Lineage | None = None, *, catalog: ConnectorCatalog) -> None:
        super().__init__(lineage)
        self._views: dict[tuple[Kind, str], ConfigView] = {
            (config.kind, config.key): _view(config)
            for config in catalog.connectors
            if config.enabled
        }
        for broken in catalog.broken:
            if broken.enabled:
                self._views[broken.kind, broken.key] = _view(broken.config)

    def on_receive(self, message: object) -> ConfigView | None:
        """Answer."""
        match message:
            case GetConfig():
                try:
                    return self._views[message.kind, message.key]
                except KeyError:
                    raise ConnectorNotFoundError(message.kind, message.key) from None
        return None


def _view(config: ConnectorConfig | None) -> ConfigView:
    """Show what a file says; nothing where nothing could be made of it."""
    if config is None:
        return ConfigView(transforms=(), plugin_config=None, plugin_config_format=None)
    return ConfigView(
        transforms=config.transforms,
        plugin_config=config.plugin_config,
        plugin_config_format=config.plugin_config_format,
    )
