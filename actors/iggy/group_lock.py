"""The second group by which one runtime at a time repairs a consumer group. Pure.

To be the only client in it is to have the lock, and its stored offsets are a copy of the group's.
While it is there, nobody of us joins the group.
"""

from dataclasses import replace

from actors.iggy.group_topic import GroupTopic
from actors.iggy.identifier import numeric_id
from config.iggy_name import REPAIR_SUFFIX, is_iggy_name


def group_lock(where: GroupTopic) -> GroupTopic | None:
    """Return the lock; None where there cannot be one.

    A group that is named by its id cannot be created again, and a name cannot be of any length.
    """
    lock = replace(where, group=where.group + REPAIR_SUFFIX)
    can_be_locked = numeric_id(where.group) is None and is_iggy_name(lock.group)
    return lock if can_be_locked else None
