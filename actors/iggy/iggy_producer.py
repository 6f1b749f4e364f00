"""Writes the batches of one source to its topics, each until Iggy has all of it.

One batch is under way at a time. What failed, or what became of it is unknown, is sent again as
the same requests; what Iggy has confirmed is not.
"""

import asyncio
from dataclasses import dataclass
from functools import partial

from actors.core import Control, Lineage, Scheduled, tell
from actors.data_path import BatchGivenUp, BatchRefused, BatchSent, SendBatch, Unsendable
from actors.iggy.iggy_client_actor import IggyClientActor
from actors.iggy.iggy_error import IggyError, NotFoundError, TooLargeError
from actors.iggy.known_topic import KnownTopic
from actors.iggy.request_plan import RequestPlan, SendRequest
from actors.iggy.session import Session
from actors.lifecycle import Drain, Finish
from actors.reports import Reporter
from actors.services import Services
from config.model import IggyConfig, SourceStream

_CALL_LIMIT_S = 10.0
_PING_INTERVAL_S = 1.0

_Topics = dict[tuple[str, str], KnownTopic]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ping(Control):
    pass


@dataclass(slots=True, kw_only=True)
class _Batch:
    order: SendBatch
    requests: list[SendRequest] | None = None
    unsendable: tuple[Unsendable, ...] = ()
    done: int = 0


class IggyProducer(IggyClientActor[_Topics]):
    """Answers each `SendBatch` with `BatchSent`, or with `BatchGivenUp` when it is to end.

    The topics of `streams` are created when they are missing, others when they are first used.
    """

    def __init__(
        self,
        lineage: Lineage,
        *,
        services: Services,
        iggy: IggyConfig,
        streams: tuple[SourceStream, ...],
    ) -> None:
        super().__init__(lineage, services=services, iggy=iggy)
        self._report = Reporter(lineage, services.timer)
        self._cpu_token = services.cpu_token
        self._streams = streams
        self._plan = RequestPlan()
        self._topics: _Topics = {}
        self._batch: _Batch | None = None
        self._is_troubled = True
        self._is_draining = False
        self._is_finishing = False
        self._linger_until_s = 0.0
        self._ping_is_due = False
        self._next_ping: Scheduled | None = None

    async def prepare(self, session: Session) -> _Topics:
        """Create the streams and topics that are missing."""
        return await _ensure_topics(self._streams, session)

    def connected(self, prepared: _Topics) -> None:
        """Go on with the batch, if there is one."""
        self._topics = {}
        self._found(prepared)
        if self._batch is None:
            self._recover()
        self._ping_later()

    def lost(self, error: IggyError, retry_in_s: float) -> None:
        """Keep the batch, unless there is no time left."""
        if self._next_ping is not None:
            self._next_ping.cancel()
        self._is_troubled = True
        self._report.troubled(error, retry_in_s)
        if self._batch is not None and isinstance(error, TooLargeError):
            self._answer(self._batch, BatchRefused(error=error))

    def handle(self, message: object) -> None:
        """Take a batch from the source, and orders from the supervisor."""
        match message:
            case SendBatch():
                self._batch = _Batch(order=message)
            case _Ping():
                self._ping_is_due = True
            case Drain():
                self._is_draining = True
            case Finish():
                self._is_draining = self._is_finishing = True

    def go_on(self) -> None:
        """Send, give up, end, or ask for a sign of life."""
        if self.is_calling and self.session is not None:
            return
        if self._batch is not None and self.session is None and self._is_draining:
            self._answer(self._batch, BatchGivenUp())
        if self._is_finishing:
            self.stop()
        elif self.session is not None and self._batch is not None:
            self._send(self._batch)
        elif self.session is not None and self._ping_is_due:
            self._ping_is_due = False
            self.call(Session.ping, self._ping_later, limit_s=_CALL_LIMIT_S)

    def _send(self, batch: _Batch) -> None:
        unknown = tuple(
            entry
            for entry, _ in batch.order.parts
            if (entry.stream, entry.topic) not in self._topics
        )
        if unknown:
            self.call(partial(_ensure_topics, unknown), self._found, limit_s=_CALL_LIMIT_S)
            return
        if not self._is_planned(batch):
            with self._cpu_token:
                self._plan_requests(batch)
        rest = (batch.requests or [])[batch.done :]
        if not rest:
            self._sent(batch)
            return
        pause_s = max(0.0, self._linger_until_s - self.timer.now_s())
        self.call(
            partial(_send_all, batch, rest, pause_s),
            self._sent,
            limit_s=pause_s + sum(_CALL_LIMIT_S + request.linger_s for request in rest),
        )

    def _is_planned(self, batch: _Batch) -> bool:
        """Tell whether there is a plan that fits: a topic may come back with fewer partitions."""
        return batch.requests is not None and all(
            request.partition_id < self._topics[request.stream, request.topic].partitions
            for request in batch.requests[batch.done :]
        )

    def _plan_requests(self, batch: _Batch) -> None:
        batch.requests, batch.unsendable, batch.done = [], (), 0
        for entry, outgoing in batch.order.parts:
            partitions = self._topics[entry.stream, entry.topic].partitions
            requests, unsendable = self._plan.requests(entry, outgoing, partitions)
            batch.requests += requests
            batch.unsendable += tuple(unsendable)

    def _sent(self, batch: _Batch) -> None:
        requests = batch.requests or []
        if requests:
            self._linger_until_s = self.timer.now_s() + requests[-1].linger_s
        self._recover()
        sent = sum(len(request.messages) for request in requests)
        self._answer(batch, BatchSent(sent=sent, unsendable=batch.unsendable))

    def _found(self, topics: _Topics) -> None:
        self._topics |= topics
        for (stream, topic), known in topics.items():
            self._report.topic_found(stream, topic, known.durability)

    def _answer(self, batch: _Batch, answer: BatchSent | BatchRefused | BatchGivenUp) -> None:
        self._batch = None
        tell(batch.order.source, answer)

    def _recover(self) -> None:
        if self._is_troubled:
            self._is_troubled = False
            self._report.working()

    def _ping_later(self, _pong: None = None) -> None:
        if self._next_ping is not None:
            self._next_ping.cancel()
        self._next_ping = self.timer.tell_later(_PING_INTERVAL_S, self.actor_ref, _Ping())


async def _ensure_topics(entries: tuple[SourceStream, ...], session: Session) -> _Topics:
    topics = {}
    for entry in entries:
        topic = await session.ensure_topic(entry.stream, entry.topic)
        if topic.partitions == 0:
            raise NotFoundError(f"topic {entry.stream}/{entry.topic} has no partitions")
        topics[entry.stream, entry.topic] = topic
    return topics


async def _send_all(
    batch: _Batch, requests: list[SendRequest], pause_s: float, session: Session
) -> _Batch:
    """Send in order; `batch.done` counts what is confirmed, also when a later one fails."""
    for request in requests:
        if pause_s:
            await asyncio.sleep(pause_s)
        async with asyncio.timeout(_CALL_LIMIT_S):
            await session.send(
                request.stream, request.topic, request.partition_id, request.messages
            )
        batch.done += 1
        pause_s = request.linger_s
    return batch
