"""How a consumer becomes a member of its group. Runs in the Iggy loop's thread."""

from dataclasses import dataclass

from actors.iggy.assignment import Assignment
from actors.iggy.group_lock import group_lock
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import NotAMemberError
from actors.iggy.known_topic import KnownTopic
from actors.iggy.session import Session
from actors.iggy.stored_offsets import StoredOffsets, lowest, read_stored_offsets


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a member owns of `topic`; no assignment while the group is locked, and we are none.

    `stored` is what the group has stored, or, while it is being repaired, what counts of it.
    """

    topic: KnownTopic
    assignment: Assignment | None
    stored: StoredOffsets


async def enter_group(session: Session, where: GroupTopic) -> Entry:
    """Become a member, unless the group is locked; create it where it is missing.

    Raises NotFoundError while stream or topic are missing.
    """
    topic = await session.topic(where.stream, where.topic)
    if not await is_locked(session, where):
        await session.ensure_group(where)
        await session.join(where)
        # Who locks it now waits until we have left; who had it locked has seen nobody in it.
        if not await is_locked(session, where):
            assignment = await session.sync(where)
            if assignment is None:
                raise NotAMemberError(f"sync of {where}: the server does not know us as a member")
            found = await read_stored_offsets(session, where)
            return Entry(topic=topic, assignment=assignment, stored=found or {})
        await session.leave(where)
    stored = await read_counting_offsets(session, where)
    return Entry(topic=topic, assignment=None, stored=stored)


async def is_locked(session: Session, where: GroupTopic) -> bool:
    """Tell whether the group is being repaired."""
    lock = group_lock(where)
    return lock is not None and await session.group(lock) is not None


async def read_counting_offsets(session: Session, where: GroupTopic) -> StoredOffsets:
    """Return what counts of a group and its lock, of which either may be missing or incomplete.

    That is the lower value: while both are there, nobody consumes.
    """
    lock = group_lock(where)
    kept = [await read_stored_offsets(session, each) for each in (where, lock) if each is not None]
    return lowest(offsets for offsets in kept if offsets is not None)
