"""Reads one topic as a member of a consumer group, for one sink.

It fetches ahead of what the sink has confirmed, but stores only what the sink has confirmed, and
after every loss of the connection it goes on from what the server has stored.
"""

from dataclasses import dataclass

from actors.core import Control, Lineage, Ref, Scheduled, tell
from actors.data_path import BatchWritten, Demand, Fetch, FetchReady, TenuresEnded
from actors.iggy.assignment import Assignment
from actors.iggy.consumer_turn import PollOrder, TurnOrder, TurnResult, enter_group, take_turn
from actors.iggy.fetch_size import FetchSize
from actors.iggy.gathering import Gathering
from actors.iggy.group_topic import GroupTopic
from actors.iggy.held_partitions import HeldPartitions
from actors.iggy.iggy_client_actor import IggyClientActor
from actors.iggy.iggy_error import IggyError
from actors.iggy.session import Session
from actors.lifecycle import Drain, Finish
from actors.reports import Reporter
from actors.services import Services
from config.model import IggyConfig
from config.policies import OffsetCommit

_TURN_LIMIT_S = 10.0
_SYNC_INTERVAL_S = 1.0
_LONGEST_IDLE_PAUSE_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _WakeUp(Control):
    pass


class IggyConsumer(IggyClientActor[Assignment]):
    """Serves the sink that sends `Demand`; reports to its supervisor.

    `poll_interval_s` is the pause after a poll that found nothing; it grows while nothing comes.
    A batch of the sink has at least `min_batch` messages, or one that has waited for `linger_s`.
    """

    def __init__(
        self,
        lineage: Lineage,
        *,
        services: Services,
        iggy: IggyConfig,
        where: GroupTopic,
        batch_length: int,
        poll_interval_s: float,
        offset_commit: OffsetCommit,
        min_batch: int = 1,
        linger_s: float = 0.0,
    ) -> None:
        super().__init__(lineage, services=services, iggy=iggy)
        self._report = Reporter(lineage, services.timer)
        self._where = where
        self._poll_interval_s = poll_interval_s
        self._size = FetchSize(batch_length)
        self._gathering = Gathering(
            min_batch=min_batch, linger_s=linger_s, batch_length=batch_length
        )
        self._partitions = HeldPartitions(
            self._size, stores_what_is_fetched=offset_commit is OffsetCommit.AFTER_POLLING
        )
        self._sink: Ref | None = None
        self._demand = 0
        self._is_draining = False
        self._is_finishing = False
        self._sync_at_s = 0.0
        self._poll_at_s = 0.0
        self._idle_pause_s = poll_interval_s
        self._wake_up: Scheduled | None = None

    async def prepare(self, session: Session) -> Assignment:
        """Become a member of the group."""
        return await enter_group(session, self._where)

    def connected(self, prepared: Assignment) -> None:
        """Begin with what is assigned."""
        self._sync_at_s = self.timer.now_s() + _SYNC_INTERVAL_S
        self._poll_at_s, self._idle_pause_s = 0.0, self._poll_interval_s
        self._partitions.assign(prepared)
        self._report.working()

    def lost(self, error: IggyError, retry_in_s: float) -> None:
        """Forget all positions: after a loss only the server's stored offsets count."""
        self._end(self._partitions.let_go())
        self._report.troubled(error, retry_in_s)

    def handle(self, message: object) -> None:
        """Take demand and confirmations from the sink, and orders from the supervisor."""
        match message:
            case Demand():
                self._sink = message.sink
                self._demand += message.fetches
            case BatchWritten():
                self._size.learn_speed(message.messages, message.took_s)
                self._partitions.confirm(message, now_s=self.timer.now_s())
            case _WakeUp():
                self._wake_up = None
            case Drain():
                self._is_draining = True
            case Finish():
                self._is_draining = self._is_finishing = True

    def go_on(self) -> None:
        """Have the connection do what is due, or wait until something is."""
        if self.session is None:
            if self._is_finishing:
                self.stop()
            return
        if self.is_calling:
            return
        now_s = self.timer.now_s()
        order = self._next_order(now_s)
        if order != TurnOrder():
            where = self._where
            self.call(
                lambda session: take_turn(session, where, order), self._take, limit_s=_TURN_LIMIT_S
            )
        elif self._is_finishing:
            self.stop()
        else:
            self._wake_up_at(self._next_event_s(), now_s)

    def _next_order(self, now_s: float) -> TurnOrder:
        stores = self._partitions.stores(now_s, all_of_them=self._is_finishing)
        if self._is_finishing:
            return TurnOrder(stores=stores)
        return TurnOrder(
            stores=stores,
            sync=self._sync_at_s <= now_s,
            reads=self._partitions.unread(),
            polls=tuple(poll for poll in self._polls() if self._poll_time_s(poll) <= now_s),
        )

    def _next_event_s(self) -> float:
        times_s = [self._sync_at_s]
        store_s = self._partitions.next_store_s()
        if store_s is not None:
            times_s.append(store_s)
        times_s.extend(map(self._poll_time_s, self._polls()))
        return min(times_s)

    def _polls(self) -> tuple[PollOrder, ...]:
        if self._demand <= 0 or self._is_draining:
            return ()
        return self._partitions.polls()

    def _poll_time_s(self, poll: PollOrder) -> float:
        gathering_s = self._gathering.poll_at_s(poll.partition_id)
        return self._poll_at_s if gathering_s is None else gathering_s

    def _take(self, result: TurnResult) -> None:
        ended = self._partitions.lose(result.refused)
        for partition_id, offset in result.stored.items():
            self._partitions.stored(partition_id, offset)
        if result.assignment is not None:
            self._sync_at_s = self.timer.now_s() + _SYNC_INTERVAL_S
            self._partitions.assign(result.assignment)
        for partition_id, stored in result.read.items():
            ended |= self._partitions.start(partition_id, stored)
        self._end(ended)
        self._hand_over(result)
        self._pace(result)

    def _hand_over(self, result: TurnResult) -> None:
        now_s = self.timer.now_s()
        for partition_id in result.empty:
            self._gathering.found_nothing(partition_id, now_s=now_s)
        for partition_id, polled in result.polled.items():
            self._size.learn_sizes(polled.messages)
            ripe = self._gathering.ripe(
                partition_id, polled, most=self._size.next_count(), now_s=now_s
            )
            if ripe is None:
                continue
            tenure = self._partitions.fetched(partition_id, ripe, now_s=now_s)
            if tenure is not None and self._sink is not None:
                self._demand -= 1
                fetch = Fetch(
                    tenure=tenure,
                    partition_id=partition_id,
                    messages=ripe.messages,
                    current_offset=ripe.current_offset,
                )
                tell(self._sink, FetchReady(consumer=self.actor_ref, fetch=fetch))

    def _pace(self, result: TurnResult) -> None:
        """Poll again at once where there was something, else ever less often."""
        if result.polled:
            self._poll_at_s, self._idle_pause_s = 0.0, self._poll_interval_s
        elif result.empty:
            self._poll_at_s = self.timer.now_s() + self._idle_pause_s
            longest_s = max(self._poll_interval_s, _LONGEST_IDLE_PAUSE_S)
            self._idle_pause_s = min(max(self._idle_pause_s * 2, 0.001), longest_s)

    def _end(self, tenures: frozenset[int]) -> None:
        if tenures and self._sink is not None:
            tell(self._sink, TenuresEnded(consumer=self.actor_ref, tenures=tenures))

    def _wake_up_at(self, at_s: float, now_s: float) -> None:
        if self._wake_up is not None:
            self._wake_up.cancel()
        self._wake_up = self.timer.tell_later(max(0.0, at_s - now_s), self.actor_ref, _WakeUp())
