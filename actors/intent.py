"""What a person wants of a connector, whatever happens to it meanwhile."""

from enum import StrEnum

from config.model import Kind


class Intent(StrEnum):
    """Kept in the state directory, so that it outlives the process."""

    RUN = "run"
    PAUSE = "pause"
    STOP = "stop"


def connector_name(kind: Kind, key: str) -> str:
    """Return what a connector is called among all of both kinds, such as `sink orders`."""
    return f"{kind} {key}"
