"""What a member sees of its group. Runs in the Iggy loop's thread."""

from dataclasses import dataclass

from actors.iggy.group_census import GroupCensus, take_census
from actors.iggy.group_entry import is_locked
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import IggyCallError
from actors.iggy.session import Session
from actors.iggy.stored_offsets import StoredOffsets, read_stored_offsets


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupLook:
    """No `census` where the server does not tell us who is connected."""

    is_locked: bool
    census: GroupCensus | None
    stored: StoredOffsets


async def look_at_group(session: Session, where: GroupTopic) -> GroupLook:
    """Look for a lock, for members that died, and for what is stored. Raises IggyError."""
    try:
        census = await take_census(session, where)
    except IggyCallError:
        census = None
    return GroupLook(
        is_locked=await is_locked(session, where),
        census=census,
        stored=await read_stored_offsets(session, where) or {},
    )
