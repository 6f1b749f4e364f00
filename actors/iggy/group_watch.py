"""Finds out, after every connect, whether a group is held by members that died with a server.

A group that is whole stays so until the server crashes, and that ends the connection: then
nothing is asked any more.
"""

import logging

from actors.iggy.group_lock import group_lock
from actors.iggy.group_look import GroupLook
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import GroupHeldError

_LOOK_INTERVAL_S = 1.0
_BLIND_LOOK_INTERVAL_S = 5.0
_HELD_AFTER_S = 5.0
# Who knows of offsets to go back to repairs first: nobody else would put them into the new group.
_LETS_OTHERS_FIRST_S = 2.0
_NEXT_REPAIR_AFTER_S = 60.0

_log = logging.getLogger(__name__)


class GroupWatch:
    """Belongs to one IggyConsumer and is used in its thread only; times are monotonic seconds.

    `next_look_s` is when to look next, None when there is no need: the group `is_whole`. `held`
    says that dead members hold it, and are not just being removed. Who is not told who is connected
    takes groups for whole, looks for locks only, and may not repair.
    """

    def __init__(self, where: GroupTopic, *, repairs: bool) -> None:
        self._where = where
        self._repairs = repairs and group_lock(where) is not None
        self._held_since_s: float | None = None
        self._repair_after_s = 0.0
        self.next_look_s: float | None = None
        self.is_whole = False
        self._is_blind = False
        self.held: GroupHeldError | None = None

    def connected(self) -> None:
        """Take note of a new connection: the server may have crashed, so a repair may be due."""
        self._repair_after_s = 0.0

    def repaired(self, now_s: float) -> None:
        """Take note that a repair is over, whatever came of it; do not try another one soon."""
        self._repair_after_s = now_s + _NEXT_REPAIR_AFTER_S

    def entered(self, now_s: float) -> None:
        """Begin to look."""
        self._held_since_s = self.held = None
        self.is_whole = False
        self.next_look_s = now_s

    def looked(self, look: GroupLook, now_s: float) -> None:
        """Judge what was seen, and decide when to look again."""
        census = look.census
        self.next_look_s = now_s + _LOOK_INTERVAL_S
        if census is None and not self._is_blind:
            _log.warning("The server does not tell whether %s has dead members", self._where)
        self._is_blind = census is None
        self.is_whole = census is None or census.is_whole
        if census is None:
            self._held_since_s = self.held = None
            self.next_look_s = now_s + _BLIND_LOOK_INTERVAL_S
        elif census.is_whole:
            self.next_look_s = self._held_since_s = self.held = None
        elif census.dead:
            if self._held_since_s is None:
                self._held_since_s = now_s
            if now_s - self._held_since_s >= _HELD_AFTER_S:
                self.held = self._held_error(census.dead)

    @property
    def may_repair(self) -> bool:
        """Tell whether we are to free the group of dead members, and can count them."""
        return self._repairs and not self._is_blind

    def is_repair_due(self, now_s: float, *, has_limits: bool) -> bool:
        """Tell whether to begin a repair; `has_limits` says that we know of lower offsets."""
        if self._held_since_s is None or self.held is None or not self.may_repair:
            return False
        patience_s = _HELD_AFTER_S if has_limits else _HELD_AFTER_S + _LETS_OTHERS_FIRST_S
        return now_s >= max(self._held_since_s + patience_s, self._repair_after_s)

    def _held_error(self, dead: int) -> GroupHeldError:
        members = "1 dead member" if dead == 1 else f"{dead} dead members"
        if self._repairs:
            remedy = "it is deleted and created again with its offsets"
        else:
            remedy = "delete the group while nobody uses it, having noted its offsets"
            if group_lock(self._where) is not None:
                remedy = "[iggy] repair_groups = true has it repaired"
        return GroupHeldError(
            f"{self._where} is held by {members} of a server that crashed, and nobody reads their"
            f" partitions; {remedy}"
        )
