"""Runs one sink plugin: hands it what its consumers fetched, and tells them what is safe.

A fetch is larger than a batch: it goes to the plugin in slices of at most `batch_length`. Between
two slices control messages are looked at, so that a stop never waits for more than one `consume`.
"""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import chain, islice

from actors.connector_log import connector_log
from actors.core import Actor, Backoff, Control, Lineage, Ref, tell
from actors.data_path import BatchGivenUp, BatchRefused, BatchSent, Demand, FetchReady, TenuresEnded
from actors.fetch_work import FetchWork, Reads
from actors.lifecycle import AreYouThere, Drain
from actors.plugin_calls import as_exception, close_plugin, is_passing, make_plugin, pause_after
from actors.refused_records import RefusedRecords
from actors.reports import Reporter
from actors.services import Services
from actors.sink_progress import SinkProgress
from actors.troubled_slice import TroubledSlice
from config.errors import ConfigError
from config.model import SinkConfig
from config.policies import OffsetCommit, Tolerance
from connectors import Batch, FatalError, RecordError
from connectors.blocking import BlockingSink
from connectors.codecs import build_codec
from connectors.message import ReceivedMessage
from connectors.transforms import build_chain

_FETCHES_AT_ONCE = 3
_CANDIDATES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class _GoOn(Control):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class _Retry(Control):
    number: int


class SinkConnector(Actor):
    """Owns the plugin: opens, feeds and closes it in this actor's thread."""

    def __init__(
        self,
        lineage: Lineage,
        *,
        services: Services,
        config: SinkConfig,
        consumers: Mapping[Ref, Reads],
        dead_letters: Ref | None,
    ) -> None:
        super().__init__(lineage)
        self._services = services
        self._timer = services.timer
        self._config = config
        self._consumers = consumers
        self._report = Reporter(lineage, services.timer)
        self._log = connector_log(config.kind, config.key)
        self._backoff = Backoff(
            initial_s=config.retry.initial_delay_s, max_s=config.retry.max_delay_s
        )
        self._refused = RefusedRecords(
            config, log=self._log, producer=dead_letters, me=self.actor_ref
        )
        self._progress = SinkProgress(
            services.timer, is_early=config.offset_commit is OffsetCommit.AFTER_POLLING
        )
        self._plugin: BlockingSink | None = None
        self._queue: deque[FetchWork] = deque()
        self._delivered: dict[Ref, ReceivedMessage] = {}
        self._retries = 0
        self._is_waiting = False
        self._is_going_on = False
        self._is_troubled = False
        self._is_draining = False
        self._is_ending = False
        self._has_no_producer = False

    def on_started(self) -> None:
        """Find, create and open the plugin; what it raises says what is wrong."""
        self._codecs = {
            stream: build_codec(stream, log=self._log) for stream in self._config.streams
        }
        self._chain = build_chain(self._config.transforms, log=self._log)
        plugin = make_plugin(
            self._config, log=self._log, stopping=self.interrupted, report=self._report
        )
        assert isinstance(plugin, BlockingSink)  # noqa: S101
        self._plugin = plugin
        self._plugin.open()
        self._report.working()
        for consumer in self._consumers:
            tell(consumer, Demand(sink=self.actor_ref, fetches=_FETCHES_AT_ONCE))

    def on_ended(self) -> None:
        """Close the plugin, also when it could not be opened."""
        self._progress.flush()
        self._count_lost()
        self._report.flush()
        if self._plugin is not None:
            close_plugin(self._plugin, self._log)

    def on_receive(self, message: object) -> None:
        """Take a fetch, or go on with those that wait."""
        match message:
            case FetchReady() if not self._is_draining:
                reads = self._consumers[message.consumer]
                self._queue.append(
                    FetchWork(consumer=message.consumer, fetch=message.fetch, reads=reads)
                )
                self._progress.fetched(message.consumer, message.fetch)
            case TenuresEnded() if not self._progress.is_early:
                self._drop(message)
            case _GoOn():
                self._is_going_on = False
            case _Retry() if message.number == self._retries:
                self._is_waiting = False
            case BatchSent():
                self._dead_letters_sent()
            case BatchGivenUp():
                self._has_no_producer = True
            case BatchRefused():
                self._refused.send_unexplained(message.error)
            case AreYouThere():
                self._report.here(message.number)
            case Drain():
                self._is_draining = True
        if not self._is_draining or self._progress.is_early:
            self._work()
        if self._is_draining and not self._must_go_on and not self._is_ending:
            self._is_ending = True
            self._report.closing()
            self.stop()

    @property
    def _must_go_on(self) -> bool:
        """Tell whether there is work that nobody would get again, and that can be done now."""
        is_stuck = self._is_waiting or (self._refused.is_sending and self._has_no_producer)
        return self._progress.is_early and bool(self._queue) and not is_stuck

    def _count_lost(self) -> None:
        """Tell and count what is left at the end where nobody gets it again."""
        left = sum(len(work.fetch.messages) - work.position for work in self._queue)
        if left and self._progress.is_early:
            self._log.error("%d messages whose offsets are stored were not delivered", left)
            self._report.count(received=left, errors=left)

    def _work(self) -> None:
        """Offer slice after slice, until there is nothing, or something else to do."""
        while self._queue and not self._is_waiting and not self._refused.is_sending:
            if self.actor_inbox.has_control():
                self._go_on_later()
                return
            self._offer(self._queue[0])
        self._report.flush()

    def _go_on_later(self) -> None:
        """Take the messages that wait first; one `_GoOn` at a time, or they wait for each other."""
        if not self._is_going_on:
            self._is_going_on = True
            tell(self.actor_ref, _GoOn())

    def _offer(self, work: FetchWork) -> None:
        """Hand the plugin the next batch, and judge what became of it."""
        started_s = self._timer.now_s()
        reads = work.reads
        batch = Batch(
            work.offer(),
            stream=reads.stream.stream,
            topic=reads.topic,
            partition_id=work.fetch.partition_id,
            current_offset=work.fetch.current_offset,
            codec=self._codecs[reads.stream],
        )
        try:
            self._consume(batch)
        except (FatalError, ConfigError):
            raise
        except RecordError as error:
            if not work.troubled().refuse(error):
                self._failed(work, error)
        except BaseException as error:  # noqa: BLE001, plugins raise SystemExit too
            self._failed(work, as_exception(error))
        else:
            self._taken(work, batch)
        work.took_s += self._timer.now_s() - started_s
        self._conclude(work)

    def _consume(self, batch: Batch) -> None:
        batch.transform(self._chain, self._services.cpu_token)
        if len(batch) > 0:
            assert self._plugin is not None  # noqa: S101
            self._plugin.consume(batch)

    def _taken(self, work: FetchWork, batch: Batch) -> None:
        outcome = batch.outcome
        work.filtered += outcome.filtered
        if outcome.rejections or work.trouble is not None:
            work.troubled().succeeded(outcome, batch.offsets)

    def _failed(self, work: FetchWork, error: Exception) -> None:
        """Offer the same again after a pause that grows, unless it was tried often enough."""
        trouble = work.troubled()
        if trouble.wants_witness and len(work.slice()) == 1:
            self._call_witness(work, trouble)
        trouble.failed(error, is_passing=is_passing(error))
        most = self._config.retry.max_attempts
        if most is not None and trouble.attempts >= most:
            raise FatalError(f"consume failed {most} times in a row: {error}") from error
        if trouble.failures:
            self._wait(error, pause_after(error, self._backoff.delay_s(trouble.failures)))

    def _call_witness(self, work: FetchWork, trouble: TroubledSlice) -> None:
        """Name a message beside a record that is alone: one that was delivered, or is to come."""
        candidates = [self._delivered[work.consumer]] if work.consumer in self._delivered else []
        if not candidates:
            later = [each.fetch.messages for each in self._queue if each.consumer is work.consumer]
            later[0] = later[0][work.end :]
            candidates = list(islice(chain.from_iterable(later), _CANDIDATES))
        if candidates:
            trouble.call_witness(random.choice(candidates))  # noqa: S311

    def _wait(self, error: Exception, delay_s: float) -> None:
        self._is_waiting = self._is_troubled = True
        self._retries += 1
        self._progress.flush()
        self._report.troubled(error, delay_s)
        self._timer.tell_later(delay_s, self.actor_ref, _Retry(number=self._retries))

    def _conclude(self, work: FetchWork) -> None:
        """Move on when every record of the slice is dealt with."""
        trouble = work.trouble
        if trouble is None or not trouble.refused:
            if trouble is None or trouble.is_done:
                self._finish_slice(work)
            return
        if self._config.errors.tolerance is Tolerance.FAIL:
            trouble.stop_before_refused()
        if not trouble.is_done:
            return
        match self._config.errors.tolerance:
            case Tolerance.SKIP:
                self._refused.skip(work)
                self._finish_slice(work)
            case Tolerance.DEAD_LETTER:
                self._progress.flush()
                self._refused.send(work)
            case Tolerance.FAIL:
                self._confirm(work, end=self._refused.first_row(work))
                raise self._refused.as_fatal(work)

    def _dead_letters_sent(self) -> None:
        """Move on behind the slice whose refused records are in Iggy now, if it still counts."""
        work = self._refused.sent()
        if self._queue and self._queue[0] is work:
            self._finish_slice(work)

    def _finish_slice(self, work: FetchWork) -> None:
        messages = work.end - work.position
        refused = len(work.trouble.refused) if work.trouble else 0
        self._report.count(
            received=messages,
            delivered=messages - refused - work.filtered,
            filtered=work.filtered,
            errors=refused,
        )
        self._confirm(work, end=work.end)
        if work.trouble is None and not work.filtered:
            self._delivered[work.consumer] = work.fetch.messages[work.end - 1]
        work.next_slice()
        self._recover()
        if work.is_done:
            self._queue.popleft()
            self._progress.flush()
            tell(work.consumer, Demand(sink=self.actor_ref, fetches=1))

    def _confirm(self, work: FetchWork, *, end: int) -> None:
        if end > work.position:
            self._progress.add(
                work.consumer,
                work.fetch,
                end=end,
                messages=end - work.position,
                took_s=work.took_s,
            )

    def _recover(self) -> None:
        if self._is_troubled:
            self._is_troubled = False
            self._report.working()

    def _drop(self, ended: TenuresEnded) -> None:
        """Forget fetches that will come again, or that others will get."""
        self._progress.flush()
        self._delivered.pop(ended.consumer, None)
        kept = [
            work
            for work in self._queue
            if work.consumer is not ended.consumer or work.fetch.tenure not in ended.tenures
        ]
        if self._queue and (not kept or kept[0] is not self._queue[0]):
            self._is_waiting = False
            self._recover()
        dropped = len(self._queue) - len(kept)
        self._queue = deque(kept)
        if dropped:
            tell(ended.consumer, Demand(sink=self.actor_ref, fetches=dropped))
