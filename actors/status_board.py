"""Knows how every connector stands, and answers whoever asks."""

from dataclasses import dataclass

from actors.core import Actor, Control, Lineage
from actors.queries import ConnectorNotFoundError, ConnectorView, GetConnector, ListConnectors
from config.model import Kind

STATUS_BOARD = "status_board"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorChanged(Control):
    """How a connector stands now, from the only one who knows: its own supervisor."""

    view: ConnectorView


class StatusBoard(Actor):
    """Keeps the latest view of each connector; told by the connectors, asked by the Supervisor."""

    def __init__(self, lineage: Lineage | None = None) -> None:
        super().__init__(lineage)
        self._views: dict[tuple[Kind, str], ConnectorView] = {}

    def on_receive(self, message: object) -> ConnectorView | tuple[ConnectorView, ...] | None:
        """Take note, or answer."""
        match message:
            case ConnectorChanged():
                self._views[message.view.kind, message.view.key] = message.view
            case ListConnectors():
                return tuple(
                    view for (kind, _), view in sorted(self._views.items()) if kind is message.kind
                )
            case GetConnector():
                try:
                    return self._views[message.kind, message.key]
                except KeyError:
                    raise ConnectorNotFoundError(message.kind, message.key) from None
        return None
