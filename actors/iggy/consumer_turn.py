"""What a consumer has its connection do in one go. Runs in the Iggy loop's thread.

One trip to the loop's thread and back costs as much as a call, so everything that is due goes
together: stores first, since they free partitions.
"""

from dataclasses import dataclass, field

from actors.iggy.assignment import Assignment
from actors.iggy.group_look import GroupLook, look_at_group
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import NotAMemberError, NotFoundError, NotOwnedError
from actors.iggy.polled import Polled
from actors.iggy.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class PollOrder:
    """Poll one partition from `offset` on.

    Not as a member where the partition was taken away: a member gets nothing of it any more.
    """

    partition_id: int
    offset: int
    count: int
    as_member: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnOrder:
    """Store offsets, look at the group, read stored offsets, probe, poll, then sync.

    `probes` find out of partitions without a stored offset whether they are ours. Polls go on
    until one partition has messages, where `asks_first` of those that have any; none while the
    group is locked. A sync follows messages in any case: they are to be handed on only if nobody
    else had the partition since it was read.
    """

    stores: dict[int, int] = field(default_factory=dict)
    probes: tuple[int, ...] = ()
    sync: bool = False
    look: bool = False
    reads: tuple[int, ...] = ()
    asks_first: bool = False
    polls: tuple[PollOrder, ...] = ()


@dataclass(slots=True, kw_only=True)
class TurnResult:
    """What came of it, by partition; `refused` are those that are not ours.

    `empty` are the partitions that were to be polled and had nothing.
    """

    stored: dict[int, int] = field(default_factory=dict)
    refused: set[int] = field(default_factory=set)
    assignment: Assignment | None = None
    look: GroupLook | None = None
    read: dict[int, int | None] = field(default_factory=dict)
    empty: list[int] = field(default_factory=list)
    polled: dict[int, Polled] = field(default_factory=dict)


async def take_turn(session: Session, where: GroupTopic, order: TurnOrder) -> TurnResult:
    """Do what is ordered. Raises IggyError; NotAMemberError when the group has put us out."""
    result = TurnResult()
    for partition_id, offset in order.stores.items():
        try:
            await session.store_offset(where, partition_id, offset)
            result.stored[partition_id] = offset
        except NotOwnedError:
            result.refused.add(partition_id)
    if order.look:
        result.look = await look_at_group(session, where)
        if result.look.is_locked:
            return result
    await _read(session, where, order, result)
    await _poll(session, where, order, result)
    if order.sync or result.polled:
        result.assignment = await session.sync(where)
        if result.assignment is None:
            raise NotAMemberError(f"sync of {where}: the server does not know us as a member")
    return result


async def _read(session: Session, where: GroupTopic, order: TurnOrder, result: TurnResult) -> None:
    for partition_id in order.reads:
        try:
            result.read[partition_id] = await session.stored_offset(where, partition_id)
        except NotFoundError:
            result.refused.add(partition_id)
    for partition_id in order.probes:
        if not await session.owns(where, partition_id):
            result.refused.add(partition_id)


async def _poll(session: Session, where: GroupTopic, order: TurnOrder, result: TurnResult) -> None:
    ends: dict[int, int] = {}
    if order.asks_first:
        ends = await session.ends(where.stream, where.topic)
    for poll in order.polls:
        if ends.get(poll.partition_id) != poll.offset:
            polled = await session.poll(
                where, poll.partition_id, poll.offset, poll.count, as_member=poll.as_member
            )
            if polled.messages:
                result.polled[poll.partition_id] = polled
                break
        result.empty.append(poll.partition_id)
