"""Connectors whose file cannot be used, as they are listed: in error until a person acts."""

import time

from actors.queries import ConnectorStatus, ConnectorView, ErrorView
from config.model import ConnectorCatalog


def unusable_connectors(catalog: ConnectorCatalog) -> list[ConnectorView]:
    """Return a view of each; disabled ones are left out, as those of good files are."""
    now_us = int(time.time() * 1e6)
    return [
        ConnectorView(
            kind=broken.kind,
            key=broken.key,
            name=broken.name,
            path=broken.path,
            plugin_id=0,
            version="unknown",
            enabled=broken.enabled,
            status=ConnectorStatus.ERROR,
            last_error=ErrorView(message=broken.error, timestamp_us=now_us),
            next_retry_at_us=None,
            needs_attention=True,
            restarts=0,
            streams=broken.config.streams if broken.config else (),
            plugin_config_format=broken.config.plugin_config_format if broken.config else None,
            received=0,
            delivered=0,
            filtered=0,
            errors=0,
        )
        for broken in catalog.broken
        if broken.enabled
    ]
