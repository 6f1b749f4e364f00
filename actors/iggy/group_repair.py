"""Frees a group of members that died with a server, without losing its offsets.

It is deleted and created again; meanwhile its offsets are kept in the lock. A repairer may die at
any moment: the next one begins with the first step again, and finds in group and lock together
what it needs. Runs in the Iggy loop's thread, one step per call, so that an actor can end between.
"""

import random
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, TypeAlias

from actors.iggy.group_census import take_census
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import AlreadyExistsError, GroupHeldError, IggyError, NotFoundError
from actors.iggy.session import Session
from actors.iggy.stored_offsets import StoredOffsets, lowest, read_stored_offsets

_CLEAR_OUT_LIMIT_S: Final = 15.0
_OWN_ALL_LIMIT_S: Final = 10.0
_LOOK_INTERVAL_S: Final = 0.2
_WAIT_ON_S: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairProgress:
    """Go on in `pause_s`, unless it `is_over`: then enter the group, whatever became of it.

    `trouble` says what is waited for, or why the group could not be repaired.
    """

    is_over: bool
    pause_s: float
    trouble: IggyError | None


# Returns None when it is done, else in how many seconds to try again.
_Step: TypeAlias = Callable[[Session], Awaitable[float | None]]


class GroupRepair:
    """Belongs to one call of an IggyConsumer at a time; `now_s` is its clock.

    One that `starts` creates the lock; any other waits for one that is there to go, and takes it
    up where nobody is connected to it, unless it is not `allowed` to repair. `limits` are offsets
    to go back to, by partition.
    """

    def __init__(
        self,
        where: GroupTopic,
        lock: GroupTopic,
        *,
        now_s: Callable[[], float],
        limits: Mapping[int, int],
        starts: bool,
        allowed: bool = True,
    ) -> None:
        self._where = where
        self._lock = lock
        self._now_s = now_s
        self._limits = limits
        self._starts = starts
        self._allowed = allowed
        self._waits_since_s: float | None = None
        self._trouble: IggyError | None = None
        self._offsets: StoredOffsets = {}
        self._steps: list[_Step] = [
            self._leave_group,
            self._take_lock,
            self._clear_out_group,
            self._copy_offsets,
            self._delete_group,
            self._enter_new_group,
            self._restore_offsets,
            self._delete_lock,
        ]

    async def advance(self, session: Session) -> RepairProgress:
        """Take the next step, or find that it has to wait. Raises IggyError."""
        pause_s = await self._steps[0](session)
        if pause_s is None:
            self._waits_since_s = None
            del self._steps[:1]
        return RepairProgress(
            is_over=not self._steps, pause_s=pause_s or 0.0, trouble=self._trouble
        )

    async def _leave_group(self, session: Session) -> float | None:
        await session.leave(self._where)
        return None

    async def _take_lock(self, session: Session) -> float | None:
        """Become the only client in the lock; over when it has gone."""
        if await session.group(self._lock) is None:
            self._trouble = None
            if not self._starts or not (await take_census(session, self._where)).dead:
                self._steps.clear()
                return None
            with suppress(AlreadyExistsError):
                await session.create_group(self._lock)
        self._starts = False
        if self._allowed and (await take_census(session, self._lock)).connected == 0:
            # Who has repaired the group may delete the lock between any two calls.
            with suppress(NotFoundError):
                await session.join(self._lock)
                # Of two who have joined, at least the second sees both. Who is no member any more
                # had joined a lock that has been replaced meanwhile.
                census = await take_census(session, self._lock)
                if census.connected == 1 and await session.sync(self._lock) is not None:
                    self._trouble = None
                    return None
                await session.leave(self._lock)
        self._trouble = self._locked_error()
        return random.uniform(0.3, 0.8)  # noqa: S311

    async def _clear_out_group(self, session: Session) -> float | None:
        """Wait until all others have seen the lock, and left."""
        strangers = (await take_census(session, self._where)).connected
        if strangers == 0:
            self._trouble = None
            return None
        if self._has_waited(_CLEAR_OUT_LIMIT_S):
            self._trouble = self._strangers_error(strangers)
            if await self._can_unlock(session):
                await session.delete_group(self._lock)
                self._steps.clear()
            return _WAIT_ON_S
        return _LOOK_INTERVAL_S

    async def _copy_offsets(self, session: Session) -> float | None:
        """Have the lock keep what counts of the group; it has done so if the group is gone."""
        stored = await read_stored_offsets(session, self._where) or {}
        copied = await read_stored_offsets(session, self._lock) or {}
        self._offsets = lowest([stored, copied])
        for partition_id, limit in self._limits.items():
            offset = self._offsets.get(partition_id)
            if offset is not None:
                self._offsets[partition_id] = min(offset, limit)
        census = await take_census(session, self._lock)
        if not census.is_sure:
            return _LOOK_INTERVAL_S
        if census.dead:
            # They own partitions of the lock, to which no more can be written.
            if _is_needed(copied, beside=stored):
                return None
            await session.delete_group(self._lock)
            await session.create_group(self._lock)
            await session.join(self._lock)
            return _LOOK_INTERVAL_S
        if not await self._owns_all(session, self._lock):
            return _LOOK_INTERVAL_S
        await self._store(session, self._lock, beside=copied)
        return None

    async def _delete_group(self, session: Session) -> float | None:
        await session.delete_group(self._where)
        return None

    async def _enter_new_group(self, session: Session) -> float | None:
        await session.ensure_group(self._where)
        await session.join(self._where)
        return None if await self._owns_all(session, self._where) else _LOOK_INTERVAL_S

    async def _restore_offsets(self, session: Session) -> float | None:
        await self._store(session, self._where, beside={})
        return None

    async def _delete_lock(self, session: Session) -> float | None:
        await session.delete_group(self._lock)
        return None

    async def _store(self, session: Session, where: GroupTopic, *, beside: StoredOffsets) -> None:
        """Store all, once more what is there: a server that crashed may have cut it in memory only.

        But no 0 where nothing is: it means the same, and an empty partition refuses it.
        """
        for partition_id, offset in self._offsets.items():
            if offset or (offset is not None and beside.get(partition_id)):
                await session.store_offset(where, partition_id, offset)

    async def _owns_all(self, session: Session, where: GroupTopic) -> bool:
        """Tell whether all partitions are ours; raises GroupHeldError when they never are."""
        assignment = await session.sync(where)
        if assignment is not None and set(self._offsets) <= set(assignment.partitions):
            return True
        if self._has_waited(_OWN_ALL_LIMIT_S):
            raise GroupHeldError(f"{where}: others have partitions of it while it is repaired")
        return False

    async def _can_unlock(self, session: Session) -> bool:
        """Tell whether the lock keeps nothing that would be lost with it."""
        stored = await read_stored_offsets(session, self._where) or {}
        copied = await read_stored_offsets(session, self._lock) or {}
        return not _is_needed(copied, beside=stored)

    def _has_waited(self, limit_s: float) -> bool:
        if self._waits_since_s is None:
            self._waits_since_s = self._now_s()
        return self._now_s() - self._waits_since_s >= limit_s

    def _locked_error(self) -> GroupHeldError:
        words = "another runtime frees it of members of a server that crashed"
        if not self._allowed:
            words += (
                " or should have done so; not this one: [iggy] repair_groups is off here, or Iggy"
                " does not tell its user who is connected"
            )
        return GroupHeldError(f"{self._where} is locked by the group {self._lock.group}: {words}")

    def _strangers_error(self, strangers: int) -> GroupHeldError:
        return GroupHeldError(
            f"{self._where} cannot be freed of dead members: {strangers} clients that do not heed"
            f" the group {self._lock.group} stay in it; stop them, and it is tried again"
        )


def _is_needed(copied: StoredOffsets, *, beside: StoredOffsets) -> bool:
    """Tell whether an offset is kept where the group has none, or a higher one that is void."""
    for partition_id, offset in copied.items():
        stored = beside.get(partition_id)
        if offset is not None and (offset < stored if stored is not None else offset > 0):
            return True
    return False
