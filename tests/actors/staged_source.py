"""A SourceConnector between probes: for its supervisor, its producer, and the StateStore."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from actors.core import Ref, tell
from actors.data_path import BatchSent, SendBatch, Unsendable
from actors.reports import Counted, Troubled, Working
from actors.services import Services
from actors.source_connector import SourceConnector
from actors.state_directory import StateError
from actors.state_store import STATE_STORE, LoadState, SaveState, StateLoaded, StateSaved
from config.model import Schema, SourceConfig, SourceStream
from config.policies import ErrorsConfig, RetryConfig, Tolerance
from connectors import Produced, ProducedRecord
from tests.actors.configurations import source_config
from tests.actors.staged_plugins import Stage
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LONGEST_PAUSE_S = 30.0


def configured(
    key: str,
    *,
    topics: Sequence[str] = ("orders",),
    max_attempts: int | None = None,
    tolerance: Tolerance = Tolerance.FAIL,
) -> SourceConfig:
    """Return the configuration of a source that writes JSON to topics of the stream `shop`."""
    return replace(
        source_config(key),
        streams=tuple(
            SourceStream(stream="shop", topic=topic, schema=Schema.JSON) for topic in topics
        ),
        retry=RetryConfig(max_attempts=max_attempts),
        errors=ErrorsConfig(tolerance=tolerance),
    )


def produced(*payloads: object, state: bytes | None = b"state") -> Produced:
    """Return what a source yields."""
    return Produced(records=[ProducedRecord(payload) for payload in payloads], state=state)


class StagedSourceConnector:
    """A running SourceConnector whose plugin is on `stage`, and whose clock only the test moves."""

    def __init__(
        self, services: Services, timer: ManualTimer, stage: Stage, config: SourceConfig
    ) -> None:
        self.stage = stage
        self.supervisor, self.producer, self.store = Probe(), Probe(), Probe()
        self._timer = timer
        services.directory.register(STATE_STORE, self.store.ref)
        self.ref: Ref = SourceConnector.start(
            self.supervisor.lineage("plugin"),
            services=services,
            config=config,
            producer=self.producer.ref,
        )

    def opened_with(self, state: bytes | None) -> None:
        """Be the StateStore that has this state, and wait until the plugin was opened with it."""
        load = self.store.expect(LoadState)
        tell(load.reply_to, StateLoaded(number=load.number, state=state))
        assert self.stage.expect("open").state == state
        self.supervisor.expect(Working)

    def sends(self) -> list[list[str | bytes]]:
        """Wait for the next batch, and return the payloads for each topic."""
        return [outgoing.payloads for _, outgoing in self.producer.expect(SendBatch).parts]

    def sent(self, count: int = 1, unsendable: tuple[Unsendable, ...] = ()) -> None:
        """Be the producer that has it all in Iggy."""
        tell(self.ref, BatchSent(sent=count, unsendable=unsendable))

    def saves(self) -> SaveState:
        """Wait until a state is to be saved."""
        return self.store.expect(SaveState)

    def saved(self, save: SaveState, error: StateError | None = None) -> None:
        """Be the StateStore that has saved it, or has not."""
        tell(save.reply_to, StateSaved(number=save.number, error=error))

    def troubled(self) -> Troubled:
        """Wait until trouble is reported."""
        return self.supervisor.expect(Troubled)

    def retry(self) -> None:
        """Let the pause pass that follows a failure."""
        self.troubled()
        self.settle()
        self._timer.advance(LONGEST_PAUSE_S)

    def settle(self) -> None:
        """Wait until all that was told so far is handled."""
        self.ref.ask("all control messages are handled before this", timeout=5)

    def counted(self, **counts: int) -> None:
        """Wait until that is counted."""
        self.supervisor.expect(
            Counted,
            where=lambda report: all(getattr(report, name) == n for name, n in counts.items()),
        )


class StartSource(Protocol):
    """Starts a source and opens it, with `state`."""

    def __call__(
        self, config: SourceConfig | None = None, state: bytes | None = None
    ) -> StagedSourceConnector: ...
