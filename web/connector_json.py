"""The shapes of connectors in answers, field by field as the reference's clients know them."""

from dataclasses import asdict

from actors.queries import ConnectorView, ErrorView
from config.model import TransformConfig


def connector_info(view: ConnectorView) -> dict[str, object]:
    """Return a connector as lists show it; fields that have no value are left out."""
    info: dict[str, object] = {
        "id": view.plugin_id,
        "key": view.key,
        "name": view.name,
        "path": view.path,
        "enabled": view.enabled,
        "status": view.status,
    }
    if view.last_error is not None:
        info["last_error"] = _error(view.last_error)
    if view.plugin_config_format is not None:
        info["plugin_config_format"] = view.plugin_config_format
    info["restarts"] = view.restarts
    if view.next_retry_at_us is not None:
        info["next_retry_at"] = view.next_retry_at_us
    if view.needs_attention:
        info["needs_attention"] = True
    if view.paused:
        info["paused"] = True
    return info


def connector_details(view: ConnectorView) -> dict[str, object]:
    """Return a connector with its streams, which carry all fields, absent ones as null.

    `recent_errors` are the last ten, the latest last, whether or not they are over. `topics` are
    those that were found in Iggy; a `durability` that it does not tell is null.
    """
    return {
        **connector_info(view),
        "streams": [asdict(stream) for stream in view.streams],
        "topics": [asdict(topic) for topic in view.topics],
        "recent_errors": [_error(error) for error in view.recent_errors],
    }


def transform_info(transform: TransformConfig) -> dict[str, object]:
    """Return one transform; `config` is its whole table in the file."""
    return {"type": transform.type, "config": dict(transform.options)}


def _error(error: ErrorView) -> dict[str, object]:
    return {"message": error.message, "timestamp": error.timestamp_us}
