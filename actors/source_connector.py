"""Runs one source plugin: polls it, has Iggy take what it produced, saves its state, tells it.

One batch is under way at a time, in this order: poll, encode, send, save the state, acknowledge.
"""

from dataclasses import dataclass

from actors.connector_log import connector_log
from actors.core import Actor, Backoff, Control, Lineage, Ref, tell
from actors.data_path import BatchGivenUp, BatchRefused, BatchSent, Part, SendBatch
from actors.lifecycle import Drain
from actors.plugin_calls import as_exception, close_plugin, make_plugin, pause_after
from actors.poison import Poison, PoisonPolicy, sent_record
from actors.reports import Reporter
from actors.services import Services
from actors.state_store import STATE_STORE, LoadState, SaveState, StateLoaded, StateSaved
from config.errors import ConfigError
from config.model import SourceConfig, SourceStream
from connectors import FatalError, Produced, RecordError
from connectors.blocking import BlockingSource
from connectors.codecs import build_codec
from connectors.outgoing import Outgoing, encode_produced
from connectors.transforms import build_chain

_SHORTEST_IDLE_PAUSE_S = 0.005
_STATE_LIMIT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Poll(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _AskStateStore(Control):
    number: int


class SourceConnector(Actor):
    """Owns the plugin: opens, polls and closes it in this actor's thread."""

    def __init__(
        self, lineage: Lineage, *, services: Services, config: SourceConfig, producer: Ref
    ) -> None:
        super().__init__(lineage)
        self._services = services
        self._timer = services.timer
        self._config = config
        self._producer = producer
        self._report = Reporter(lineage, services.timer)
        self._log = connector_log(config.kind, config.key)
        self._poison = PoisonPolicy(config, log=self._log, report=self._report)
        self._backoff = Backoff(
            initial_s=config.retry.initial_delay_s, max_s=config.retry.max_delay_s
        )
        self._plugin: BlockingSource | None = None
        self._parts: tuple[Part, ...] = ()
        self._state: bytes | None = None
        self._has_batch = False
        self._failures = 0
        self._state_request = 0
        self._is_draining = False
        self._is_closing = False

    def on_started(self) -> None:
        """Find and create the plugin; it is opened when its state is there."""
        self._codecs = {
            stream: build_codec(stream, log=self._log) for stream in self._config.streams
        }
        self._chain = build_chain(self._config.transforms, log=self._log)
        plugin = make_plugin(
            self._config, log=self._log, stopping=self.interrupted, report=self._report
        )
        assert isinstance(plugin, BlockingSource)  # noqa: S101
        self._plugin = plugin
        self._ask_state_store()

    def on_ended(self) -> None:
        """Close the plugin, also when it could not be opened."""
        self._report.flush()
        if self._plugin is not None:
            close_plugin(self._plugin, self._log)

    def on_receive(self, message: object) -> None:
        """Take the next step."""
        match message:
            case StateLoaded() if message.number == self._state_request:
                self._open(message)
            case _Poll() if not self._is_draining:
                self._poll()
            case BatchSent():
                self._sent(message)
            case BatchRefused():
                raise FatalError(f"Iggy refuses the batch: {message.error}") from message.error
            case BatchGivenUp() if self._parts:
                self._conclude(accepted=False)
            case StateSaved() if message.number == self._state_request:
                self._saved(message)
            case _AskStateStore() if message.number == self._state_request:
                self._ask_state_store()
            case Drain():
                self._is_draining = True
                if self._failures and self._has_batch and not self._parts:
                    self._ask_state_store()
        if self._is_draining and not self._has_batch and not self._is_closing:
            self._is_closing = True
            self._report.closing()
            self.stop()

    def _open(self, loaded: StateLoaded) -> None:
        self._state_request += 1
        if loaded.error is not None:
            raise loaded.error
        self._the_plugin.open(loaded.state)
        self._report.working()
        self._poll_after(0)

    def _poll(self) -> None:
        """Ask the plugin for a batch and hand it to the producer."""
        try:
            produced = self._the_plugin.poll()
        except (FatalError, ConfigError):
            raise
        except BaseException as error:  # noqa: BLE001, plugins raise SystemExit too
            self._poll_after(self._trouble(as_exception(error)))
            return
        self._recover()
        if produced is None:
            self._report.flush()
            self._poll_after(_SHORTEST_IDLE_PAUSE_S)
        else:
            self._send(produced)

    def _send(self, produced: Produced) -> None:
        parts = tuple((stream, self._encoded(stream, produced)) for stream in self._config.streams)
        self._has_batch = True
        self._state = produced.state
        self._report.count(
            received=len(produced.records), filtered=sum(part.filtered for _, part in parts)
        )
        letters = self._poison.sort_out(
            Poison(stream, produced.records[rejection.index], rejection.error)
            for stream, outgoing in parts
            for rejection in outgoing.rejections
        )
        self._parts = (*parts, *letters)
        tell(self._producer, SendBatch(source=self.actor_ref, parts=self._parts))

    def _encoded(self, stream: SourceStream, produced: Produced) -> Outgoing:
        return encode_produced(
            produced,
            schema=stream.schema,
            chain=self._chain,
            codec=self._codecs[stream],
            cpu_token=self._services.cpu_token,
        )

    def _sent(self, sent: BatchSent) -> None:
        """Save the state; the batch is acknowledged when that is done."""
        self._report.count(delivered=sent.sent)
        outgoing = dict(self._parts)
        letters = self._poison.sort_out(
            Poison(
                unsendable.stream,
                sent_record(outgoing[unsendable.stream], unsendable.row),
                RecordError(unsendable.reason),
            )
            for unsendable in sent.unsendable
        )
        self._parts = letters
        if letters:
            tell(self._producer, SendBatch(source=self.actor_ref, parts=letters))
        elif self._state is None:
            self._conclude(accepted=True)
        else:
            self._ask_state_store()

    def _saved(self, saved: StateSaved) -> None:
        """Acknowledge; or try to save again, alone: the batch is in Iggy already."""
        self._state_request += 1
        if saved.error is None:
            self._recover()
            self._conclude(accepted=True)
        elif self._is_draining:
            self._conclude(accepted=False)
        else:
            delay_s = self._trouble(saved.error)
            self._timer.tell_later(
                delay_s, self.actor_ref, _AskStateStore(number=self._state_request)
            )

    def _conclude(self, *, accepted: bool) -> None:
        """Tell the plugin what became of its batch, and go on."""
        self._has_batch, self._parts = False, ()
        self._the_plugin.on_batch_result(accepted)
        self._poll_after(0)

    def _ask_state_store(self) -> None:
        """Load, or save when there is something to save; asked again if the store is replaced."""
        self._state_request += 1
        number, key, me = self._state_request, self._config.key, self.actor_ref
        if self._has_batch and self._state is not None:
            request: object = SaveState(number=number, key=key, state=self._state, reply_to=me)
        else:
            request = LoadState(number=number, key=key, reply_to=me)
        self._services.directory.tell(STATE_STORE, request)
        self._timer.tell_later(_STATE_LIMIT_S, me, _AskStateStore(number=number))

    def _poll_after(self, delay_s: float) -> None:
        if delay_s:
            self._timer.tell_later(delay_s, self.actor_ref, _Poll())
        else:
            tell(self.actor_ref, _Poll())

    def _trouble(self, error: Exception) -> float:
        """Report an error; return after how many seconds to try again."""
        self._failures += 1
        most = self._config.retry.max_attempts
        if most is not None and self._failures >= most:
            raise FatalError(f"failed {most} times in a row: {error}") from error
        delay_s = pause_after(error, self._backoff.delay_s(self._failures))
        self._report.troubled(error, delay_s)
        return delay_s

    def _recover(self) -> None:
        if self._failures:
            self._failures = 0
            self._report.working()

    @property
    def _the_plugin(self) -> BlockingSource:
        assert self._plugin is not None  # noqa: S101
        return self._plugin
