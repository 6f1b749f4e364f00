"""Reads one topic as a member of a consumer group, for one sink.

It fetches ahead of what the sink has confirmed, but stores only what the sink has confirmed, and
after every loss of the connection it goes on from what the server has stored. After a crash of the
server it may have to repair its group before it can go on, or to stay out while another does.
"""

import random
from dataclasses import dataclass

from actors.core import Control, Lineage, Ref, Scheduled, tell
from actors.data_path import BatchWritten, Demand, Fetch, FetchReady, TenuresEnded
from actors.iggy.assignment import Assignment
from actors.iggy.consumer_turn import PollOrder, TurnOrder, TurnResult, take_turn
from actors.iggy.fetch_size import FetchSize
from actors.iggy.gathering import Gathering
from actors.iggy.group_entry import Entry, enter_group
from actors.iggy.group_lock import group_lock
from actors.iggy.group_look import GroupLook
from actors.iggy.group_repair import GroupRepair, RepairProgress
from actors.iggy.group_topic import GroupTopic
from actors.iggy.group_watch import GroupWatch
from actors.iggy.held_partitions import HeldPartitions
from actors.iggy.iggy_client_actor import IggyClientActor
from actors.iggy.iggy_error import IggyError
from actors.iggy.poll_pace import MOST_POLLS, PollPace
from actors.iggy.polled import Polled
from actors.iggy.session import Session
from actors.lifecycle import Drain, Finish
from actors.reports import Reporter
from actors.services import Services
from config.model import IggyConfig

_TURN_LIMIT_S = 10.0
_SYNC_INTERVAL_S = 1.0
_SYNC_WITHOUT_PARTITIONS_S = 0.25
_SYNC_WAITS_S = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class _WakeUp(Control):
    pass


class IggyConsumer(IggyClientActor[Entry]):
    """Serves the sink that sends `Demand`; reports to its supervisor.

    `poll_interval_s` is the pause after a poll that found nothing; it grows while nothing comes.
    A batch of the sink has at least `min_batch` messages, or one that has waited for `linger_s`.
    The sink has so many `consumers`.
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
        consumers: int = 1,
        min_batch: int = 1,
        linger_s: float = 0.0,
    ) -> None:
        super().__init__(lineage, services=services, iggy=iggy)
        self._report = Reporter(lineage, services.timer)
        self._where = where
        self._size = FetchSize(batch_length, consumers=consumers)
        self._gathering = Gathering(
            min_batch=min_batch, linger_s=linger_s, batch_length=batch_length
        )
        self._partitions = HeldPartitions(self._size)
        self._watch = GroupWatch(where, repairs=iggy.repair_groups)
        self._repair: GroupRepair | None = None
        self._repair_at_s = 0.0
        self._group_trouble: str | None = None
        self._sink: Ref | None = None
        self._demand = 0
        self._is_draining = False
        self._is_finishing = False
        self._sync_at_s = 0.0
        self._pace = PollPace(poll_interval_s)
        self._wake_up: Scheduled | None = None

    async def prepare(self, session: Session) -> Entry:
        """Become a member of the group."""
        return await enter_group(session, self._where)

    def connected(self, prepared: Entry) -> None:
        """Begin with what is assigned."""
        where = self._where
        self._report.topic_found(where.stream, where.topic, prepared.topic.durability)
        self._watch.connected()
        self._partitions.notes.connected(prepared.stored)
        self._enter(prepared)

    def lost(self, error: IggyError, retry_in_s: float) -> None:
        """Forget all positions: after a loss only the server's stored offsets count."""
        self._end(self._partitions.let_go())
        self._repair = self._group_trouble = None
        self._report.troubled(error, retry_in_s)

    def handle(self, message: object) -> None:
        """Take demand and confirmations from the sink, and orders from the supervisor."""
        match message:
            case Demand():
                self._sink = message.sink
                self._demand += message.fetches
            case BatchWritten():
                if message.took_s is not None:
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
        if self._repair is not None:
            self._go_on_repairing(self._repair, now_s)
            return
        order = self._next_order(now_s)
        if order != TurnOrder():
            where = self._where
            self.call(
                lambda session: take_turn(session, where, order),
                lambda result: self._take(result, began_s=now_s),
                limit_s=_TURN_LIMIT_S,
            )
        elif self._is_finishing:
            self.stop()
        else:
            self._wake_up_at(self._next_event_s(), now_s)

    def _next_order(self, now_s: float) -> TurnOrder:
        stores = self._partitions.stores(now_s, all_of_them=self._is_finishing)
        if self._is_finishing:
            return TurnOrder(stores=stores, reads=self._partitions.unread())
        polls = tuple(poll for poll in self._polls() if self._poll_time_s(poll) <= now_s)
        asks_first = self._pace.asks_first(len(polls), now_s)
        if not asks_first and len(polls) > MOST_POLLS:
            polls = tuple(random.sample(polls, MOST_POLLS))
        # A sync that is due before the next poll goes with this one: each turn costs as much.
        may_wait_s = min(self._pace.pause_s, _SYNC_WAITS_S) if polls else 0.0
        return TurnOrder(
            stores=stores,
            probes=self._partitions.probes(now_s),
            sync=self._sync_at_s <= now_s + may_wait_s,
            look=self._watch.next_look_s is not None and self._watch.next_look_s <= now_s,
            reads=self._partitions.unread(),
            asks_first=asks_first,
            polls=polls,
        )

    def _next_event_s(self) -> float:
        times_s = [self._sync_at_s, self._partitions.next_store_s(), self._watch.next_look_s]
        times_s += map(self._poll_time_s, self._polls())
        return min(at_s for at_s in times_s if at_s is not None)

    def _polls(self) -> tuple[PollOrder, ...]:
        if self._demand <= 0 or self._is_draining:
            return ()
        return self._partitions.polls()

    def _poll_time_s(self, poll: PollOrder) -> float:
        gathering_s = self._gathering.poll_at_s(poll.partition_id)
        return self._pace.poll_at_s if gathering_s is None else gathering_s

    def _take(self, result: TurnResult, *, began_s: float) -> None:
        ended = self._partitions.lose(result.refused)
        for partition_id, offset in result.stored.items():
            self._partitions.stored(partition_id, offset, now_s=began_s)
        if result.look is not None:
            self._take_look(result.look)
        if self._repair is not None:
            self._end(ended)
            return
        for partition_id, stored in result.read.items():
            ended |= self._partitions.start(partition_id, stored, now_s=began_s)
        self._end(ended)
        # Before the assignment, which forgets what was taken away and of which nothing is owed.
        for partition_id, polled in result.polled.items():
            self._partitions.served(partition_id, polled)
        is_void = result.assignment is not None and self._assign(result.assignment)
        if not is_void:
            self._hand_over(result)
        if self._watch.is_whole:
            self._partitions.settle()
        if result.polled or is_void:
            self._pace.found_something()
        elif result.empty:
            self._pace.found_nothing(self.timer.now_s())

    def _enter(self, entry: Entry) -> None:
        self._watch.entered(self.timer.now_s())
        if entry.assignment is None:
            self._leave(starts_repair=False)
            return
        self._pace.found_something()
        self._assign(entry.assignment)
        if self._group_trouble is None:
            self._report.working()

    def _assign(self, assignment: Assignment) -> bool:
        """Take what is assigned; who has nothing asks again soon, since others may hand over.

        Returns whether the generation is another one.
        """
        pause_s = _SYNC_INTERVAL_S if assignment.partitions else _SYNC_WITHOUT_PARTITIONS_S
        self._sync_at_s = self.timer.now_s() + pause_s
        return self._partitions.assign(assignment, now_s=self.timer.now_s())

    def _take_look(self, look: GroupLook) -> None:
        now_s = self.timer.now_s()
        self._partitions.notes.looked(look.stored)
        self._watch.looked(look, now_s)
        if look.is_locked:
            self._leave(starts_repair=False)
        elif self._watch.is_repair_due(now_s, has_limits=bool(self._partitions.notes.limits())):
            self._show(self._watch.held, _SYNC_INTERVAL_S)
            self._leave(starts_repair=True)
        elif self._watch.is_whole and self._group_trouble is not None:
            self._show(None, 0.0)
            self._report.working()
        elif self._group_trouble is None:
            self._show(self._watch.held, _SYNC_INTERVAL_S)

    def _leave(self, *, starts_repair: bool) -> None:
        """Read nothing until the group has been repaired, by us or by others."""
        self._end(self._partitions.let_go())
        lock = group_lock(self._where)
        assert lock is not None  # noqa: S101
        self._repair_at_s = 0.0
        self._repair = GroupRepair(
            self._where,
            lock,
            now_s=self.timer.now_s,
            limits=self._partitions.notes.limits(),
            starts=starts_repair,
            allowed=self._watch.may_repair,
        )

    def _go_on_repairing(self, repair: GroupRepair, now_s: float) -> None:
        if self._is_finishing:
            self.stop()
        elif self._repair_at_s <= now_s:
            self.call(repair.advance, self._take_progress, limit_s=_TURN_LIMIT_S)
        else:
            self._wake_up_at(self._repair_at_s, now_s)

    def _take_progress(self, progress: RepairProgress) -> None:
        now_s = self.timer.now_s()
        self._repair_at_s = now_s + progress.pause_s
        self._show(progress.trouble, progress.pause_s)
        if progress.is_over:
            where = self._where
            self._repair = None
            self._watch.repaired(now_s)
            self.call(
                lambda session: enter_group(session, where), self._reenter, limit_s=_TURN_LIMIT_S
            )

    def _reenter(self, entry: Entry) -> None:
        self._partitions.notes.looked(entry.stored)
        self._enter(entry)

    def _show(self, trouble: IggyError | None, retry_in_s: float) -> None:
        """Report what is wrong with the group, once."""
        text = None if trouble is None else str(trouble)
        if trouble is not None and text != self._group_trouble:
            self._report.troubled(trouble, retry_in_s)
        self._group_trouble = text

    def _hand_over(self, result: TurnResult) -> None:
        now_s = self.timer.now_s()
        for partition_id in result.empty:
            self._gathering.found_nothing(partition_id, now_s=now_s)
        for partition_id, polled in result.polled.items():
            self._size.learn_sizes(polled.messages)
            ripe: Polled | None = polled
            if not self._partitions.is_leaving(partition_id):
                ripe = self._gathering.ripe(
                    partition_id, polled, most=self._size.next_count(), now_s=now_s
                )
            if ripe is not None:
                self._serve(partition_id, ripe)

    def _serve(self, partition_id: int, polled: Polled) -> None:
        tenure = self._partitions.fetched(partition_id, polled)
        if tenure is not None and self._sink is not None:
            self._demand -= 1
            fetch = Fetch(
                tenure=tenure,
                partition_id=partition_id,
                messages=polled.messages,
                current_offset=polled.current_offset,
            )
            tell(self._sink, FetchReady(consumer=self.actor_ref, fetch=fetch))

    def _end(self, tenures: frozenset[int]) -> None:
        if tenures and self._sink is not None:
            tell(self._sink, TenuresEnded(consumer=self.actor_ref, tenures=tenures))

    def _wake_up_at(self, at_s: float, now_s: float) -> None:
        if self._wake_up is not None:
            self._wake_up.cancel()
        self._wake_up = self.timer.tell_later(max(0.0, at_s - now_s), self.actor_ref, _WakeUp())
