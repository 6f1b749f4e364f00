"""Runs one sink plugin: hands it what its consumers fetched, and tells them what is safe.

A fetch is larger than a batch: it goes to the plugin in slices of at most `batch_length`. Between
two slices control messages are looked at, so that a stop never waits for more than one `consume`.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from actors.connector_log import connector_log
from actors.core import Actor, Backoff, Control, Lineage, Ref, tell
from actors.data_path import Demand, Fetch, FetchReady, TenuresEnded
from actors.lifecycle import Drain
from actors.plugin_calls import as_exception, close_plugin, make_plugin
from actors.reports import Reporter
from actors.services import Services
from actors.sink_progress import SinkProgress
from config.errors import ConfigError
from config.model import SinkConfig, SinkStream
from connectors import Batch, FatalError, RecordError, RetryableError, Sink
from connectors.codecs import find_codec
from connectors.message import ReceivedMessage
from connectors.outcome import BatchOutcome, Rejection
from connectors.transforms import build_chain

_FETCHES_AT_ONCE = 3
_RETRY = Backoff(initial_s=0.5, max_s=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What one consumer reads: a topic of one of the sink's `[[streams]]` entries."""

    stream: SinkStream
    topic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoOn(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retry(Control):
    attempt: int


@dataclass(slots=True, kw_only=True)
class _Work:
    """A fetch under way: what is before `position` is dealt with."""

    consumer: Ref
    fetch: Fetch
    position: int = 0


class SinkConnector(Actor):
    """Owns the plugin: opens, feeds and closes it in this actor's thread."""

    use_daemon_thread = True

    def __init__(
        self,
        lineage: Lineage,
        *,
        services: Services,
        config: SinkConfig,
        consumers: Mapping[Ref, Reads],
    ) -> None:
        super().__init__(lineage)
        self._services = services
        self._config = config
        self._consumers = consumers
        self._report = Reporter(lineage, services.timer)
        self._log = connector_log(config.kind, config.key)
        self._plugin: Sink | None = None
        self._queue: deque[_Work] = deque()
        self._progress = SinkProgress(services.timer)
        self._skipped: dict[int, RecordError] = {}
        self._attempts = 0
        self._is_waiting = False
        self._is_going_on = False

    def on_started(self) -> None:
        """Find, create and open the plugin; what it raises says what is wrong."""
        for stream in self._config.streams:
            find_codec(stream.schema)
        self._chain = build_chain(self._config.transforms, log=self._log)
        plugin = make_plugin(
            self._config, log=self._log, stopping=self.interrupted, report=self._report
        )
        assert isinstance(plugin, Sink)  # noqa: S101
        self._plugin = plugin
        self._plugin.open()
        self._report.working()
        for consumer in self._consumers:
            tell(consumer, Demand(sink=self.actor_ref, fetches=_FETCHES_AT_ONCE))

    def on_ended(self) -> None:
        """Close the plugin, also when it could not be opened."""
        self._progress.flush()
        if self._plugin is not None:
            close_plugin(self._plugin)

    def on_receive(self, message: object) -> None:
        """Take a fetch, or go on with those that wait."""
        match message:
            case FetchReady():
                self._queue.append(_Work(consumer=message.consumer, fetch=message.fetch))
            case TenuresEnded():
                self._drop(message)
            case _GoOn():
                self._is_going_on = False
            case _Retry() if message.attempt == self._attempts:
                self._is_waiting = False
            case Drain():
                self.stop()
                return
        if not self._is_waiting:
            self._work()

    def _work(self) -> None:
        while self._queue:
            if self.actor_inbox.has_control():
                self._go_on_later()
                return
            work = self._queue[0]
            self._offer_slice(work)
            if self._is_waiting:
                return
            if work.position == len(work.fetch.messages):
                self._queue.popleft()
                self._progress.flush()
                tell(work.consumer, Demand(sink=self.actor_ref, fetches=1))
        self._report.flush()

    def _go_on_later(self) -> None:
        """Take the messages that wait first; one `_GoOn` at a time, or they wait for each other."""
        if not self._is_going_on:
            self._is_going_on = True
            tell(self.actor_ref, _GoOn())

    def _offer_slice(self, work: _Work) -> None:
        """Hand the plugin the next batch; move on when it is safe, else try again later."""
        fetch, reads = work.fetch, self._consumers[work.consumer]
        end = min(work.position + reads.stream.max_batch_length, len(fetch.messages))
        messages = fetch.messages[work.position : end]
        started_s = self._services.timer.now_s()
        batch = Batch(
            self._without_skipped(messages),
            stream=reads.stream.stream,
            topic=reads.topic,
            partition_id=fetch.partition_id,
            current_offset=fetch.current_offset,
            schema=reads.stream.schema,
        )
        try:
            self._consume(batch)
        except (FatalError, ConfigError):
            raise
        except RecordError as error:
            self._refuse_record(error, messages)
            return
        except BaseException as error:  # noqa: BLE001, plugins raise SystemExit too
            self._wait(error)
            return
        outcome = self._outcome(batch)
        self._log_rejections(outcome, batch)
        self._recover()
        self._progress.add(
            work.consumer,
            fetch,
            end=end,
            messages=len(messages),
            took_s=self._services.timer.now_s() - started_s,
        )
        work.position = end
        self._report.count(
            received=len(messages),
            delivered=len(messages) - len(outcome.rejections) - outcome.filtered,
            filtered=outcome.filtered,
            errors=len(outcome.rejections),
        )

    def _consume(self, batch: Batch) -> None:
        if self._chain:
            with self._services.cpu_token:
                batch.transform(self._chain)
        if len(batch) > 0:
            assert self._plugin is not None  # noqa: S101
            self._plugin.consume(batch)

    def _refuse_record(self, error: RecordError, messages: Sequence[ReceivedMessage]) -> None:
        """Leave out the record that `consume` named; the others are offered again."""
        known = {message.offset() for message in messages} - self._skipped.keys()
        if error.offset in known:
            self._skipped[error.offset] = error
        else:
            self._wait(error)

    def _without_skipped(self, messages: Sequence[ReceivedMessage]) -> Sequence[ReceivedMessage]:
        if not self._skipped:
            return messages
        return [message for message in messages if message.offset() not in self._skipped]

    def _outcome(self, batch: Batch) -> BatchOutcome:
        outcome = batch.outcome
        if not self._skipped:
            return outcome
        skipped = tuple(Rejection(offset, error) for offset, error in self._skipped.items())
        return BatchOutcome(skipped + outcome.rejections, outcome.filtered)

    def _log_rejections(self, outcome: BatchOutcome, batch: Batch) -> None:
        for rejection in outcome.rejections:
            self._log.warning(
                "A record is skipped: %s",
                rejection.error,
                extra={
                    "fields": {
                        "stream": batch.stream,
                        "topic": batch.topic,
                        "partition_id": batch.partition_id,
                        "offset": rejection.offset,
                    }
                },
            )

    def _wait(self, error: BaseException) -> None:
        """Offer the same batch again after a pause that grows."""
        self._is_waiting = True
        self._attempts += 1
        delay_s = _RETRY.delay_s(self._attempts)
        if isinstance(error, RetryableError) and error.retry_after_s is not None:
            delay_s = error.retry_after_s
        self._progress.flush()
        self._report.troubled(as_exception(error), delay_s)
        self._services.timer.tell_later(delay_s, self.actor_ref, _Retry(attempt=self._attempts))

    def _recover(self) -> None:
        self._skipped.clear()
        if self._attempts:
            self._attempts = 0
            self._report.working()

    def _drop(self, ended: TenuresEnded) -> None:
        """Forget fetches that will come again, or that others will get."""
        kept = [
            work
            for work in self._queue
            if work.consumer != ended.consumer or work.fetch.tenure not in ended.tenures
        ]
        if self._queue and self._queue[0] not in kept[:1]:
            self._is_waiting = False
            self._recover()
        dropped = len(self._queue) - len(kept)
        self._queue = deque(kept)
        if dropped:
            tell(ended.consumer, Demand(sink=self.actor_ref, fetches=dropped))
