"""What is stored of all partitions of a topic. Runs in the Iggy loop's thread."""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from actors.iggy.group_topic import GroupTopic
from actors.iggy.session import Session

# By partition; None where nothing is stored.
StoredOffsets: TypeAlias = dict[int, int | None]


async def read_stored_offsets(session: Session, where: GroupTopic) -> StoredOffsets | None:
    """Read the offset of every partition; None when there is no such group."""
    group = await session.group(where)
    if group is None:
        return None
    return {
        partition_id: await session.stored_offset(where, partition_id)
        for partition_id in range(group.partitions)
    }


def lowest(kept: Iterable[Mapping[int, int | None]]) -> StoredOffsets:
    """Return the smallest offset that is kept of each partition, None where none is."""
    offsets: StoredOffsets = {}
    for each in kept:
        for partition_id, offset in each.items():
            known = offsets.get(partition_id)
            offsets[partition_id] = min((o for o in (known, offset) if o is not None), default=None)
    return offsets
