"""Loads and saves the state of sources, one file operation at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from actors.core import Actor, Control, Lineage, Ref, tell
from actors.intent import Intent, connector_name
from actors.lifecycle import SetIntent
from actors.queries import GetState, StateView
from actors.state_directory import StateDirectory, StateError

STATE_STORE = "state_store"


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadState(Control):
    """Answered with `StateLoaded` of the same `number` to `reply_to`."""

    number: int
    key: str
    reply_to: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class StateLoaded(Control):
    """The saved state, None for none, unless `error` says why it cannot be read."""

    number: int
    state: bytes | None = None
    error: StateError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveState(Control):
    """Answered with `StateSaved` of the same `number` to `reply_to`."""

    number: int
    key: str
    state: bytes
    reply_to: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class StateSaved(Control):
    """The state is on disk, unless `error` says why not."""

    number: int
    error: StateError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadIntents(Control):
    """Answered with `IntentsLoaded` to `reply_to`."""

    reply_to: Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentsLoaded(Control):
    """What people want of connectors, by kind and key as `sink orders`; others are to run."""

    intents: Mapping[str, Intent]


class StateStore(Actor):
    """Owns the state directory and its lock."""

    def __init__(self, lineage: Lineage | None, *, path: Path) -> None:
        super().__init__(lineage)
        self._path = path
        self._directory: StateDirectory | None = None

    def on_started(self) -> None:
        """Lock the directory. Raises StateDirectoryError."""
        self._directory = StateDirectory(self._path)
        self._intents = self._directory.load_intents()

    def on_ended(self) -> None:
        """Unlock the directory."""
        if self._directory is not None:
            self._directory.close()

    def on_receive(self, message: object) -> StateView | None:
        """Answer one message."""
        directory = self._directory
        assert directory is not None  # noqa: S101
        match message:
            case LoadState():
                tell(message.reply_to, _load(directory, message))
            case SaveState():
                tell(message.reply_to, _save(directory, message))
            case LoadIntents():
                tell(message.reply_to, IntentsLoaded(intents=dict(self._intents)))
            case SetIntent():
                self._intents[connector_name(message.kind, message.key)] = message.intent
                directory.save_intents(self._intents)
            case GetState():
                return StateView(key=message.key, state=directory.load(message.key))
        return None


def _load(directory: StateDirectory, order: LoadState) -> StateLoaded:
    try:
        return StateLoaded(number=order.number, state=directory.load(order.key))
    except StateError as error:
        return StateLoaded(number=order.number, error=error)


def _save(directory: StateDirectory, order: SaveState) -> StateSaved:
    try:
        directory.save(order.key, order.state)
    except StateError as error:
        return StateSaved(number=order.number, error=error)
    return StateSaved(number=order.number)
