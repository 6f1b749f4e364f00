"""A group held by members of a crashed server is freed, and keeps its offsets whatever happens.

In each the server was killed under members of a group of 4 partitions with some offsets stored.
"""

import asyncio
import time
from collections.abc import Mapping

import pytest

from actors.iggy.group_census import take_census
from actors.iggy.group_entry import Entry, enter_group, read_counting_offsets
from actors.iggy.group_lock import group_lock
from actors.iggy.group_repair import GroupRepair, RepairProgress
from actors.iggy.group_topic import GroupTopic
from actors.iggy.session import Session
from actors.iggy.stored_offsets import StoredOffsets, read_stored_offsets
from tests.actors.iggy.connecting import joined_session, new_group_topic, root_session
from tests.actors.iggy.standing_repairer import standing_repairer
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.killable_server import KillableServer
from tests.support.sdk import run

PARTITIONS = 4
OFFSETS: StoredOffsets = {0: 7, 1: None, 2: 19, 3: 1}
STEPS = 8


@pytest.fixture
def held(killable_server: KillableServer) -> Topic:
    """Return a topic whose group has dead members and nobody else."""
    topic = new_topic(killable_server.address, partitions=PARTITIONS, messages=20)
    # What was written at a start stays: the messages survive the crash.
    killable_server.terminate()
    killable_server.restart()
    for partition, offset in OFFSETS.items():
        if offset is not None:
            topic.store(offset, partition=partition)
    die_as_members(killable_server, topic.where, 2)
    return topic


def die_as_members(server: KillableServer, where: GroupTopic, count: int) -> None:
    """Have the server crash under members of a group, and start it again."""

    async def main() -> None:
        sessions = [await root_session(server.address) for _ in range(count)]
        for session in sessions:
            await session.ensure_group(where)
            await session.join(where)
            await session.sync(where)
        server.kill()

    run(main)
    server.restart()


def lock_of(where: GroupTopic) -> GroupTopic:
    lock = group_lock(where)
    assert lock is not None
    return lock


def repair_of(
    where: GroupTopic,
    *,
    starts: bool = True,
    limits: Mapping[int, int] | None = None,
    allowed: bool = True,
    speed: float = 1.0,
) -> GroupRepair:
    return GroupRepair(
        where,
        lock_of(where),
        now_s=lambda: time.monotonic() * speed,
        limits=limits or {},
        starts=starts,
        allowed=allowed,
    )


async def begun(topic: Topic, steps: int, *, limits: Mapping[int, int] | None = None) -> Session:
    """Take the first steps of a repair; return the session, with which it would go on."""
    session = await root_session(topic.address)
    repair = repair_of(topic.where, limits=limits)
    for _ in range(steps):
        await repair.advance(session)
    return session


async def finish(session: Session, repair: GroupRepair) -> RepairProgress:
    while True:
        progress = await repair.advance(session)
        if progress.is_over:
            return progress
        await asyncio.sleep(progress.pause_s)


async def repaired(session: Session, where: GroupTopic, *, starts: bool = True) -> Entry:
    progress = await finish(session, repair_of(where, starts=starts))
    assert progress.trouble is None
    return await enter_group(session, where)


def assert_freed(entry: Entry, offsets: StoredOffsets = OFFSETS) -> None:
    assert entry.assignment is not None
    assert entry.assignment.partitions == tuple(range(PARTITIONS))
    assert entry.stored == offsets


def test_a_repair_keeps_the_offsets_and_leaves_a_whole_group(held: Topic) -> None:
    async def main() -> None:
        session = await root_session(held.address)
        assert (await take_census(session, held.where)).dead == 2
        await enter_group(session, held.where)
        assert_freed(await repaired(session, held.where))
        assert (await take_census(session, held.where)).is_whole
        assert await session.group(lock_of(held.where)) is None

    run(main)


def test_a_group_that_is_whole_again_is_left_as_it_is(iggy_address: str) -> None:
    async def main() -> None:
        session = await joined_session(iggy_address, where)
        before = await session.group(where)
        progress = await finish(await root_session(iggy_address), repair_of(where))
        assert progress.trouble is None
        assert await session.group(where) == before
        assert await session.group(lock_of(where)) is None

    where = new_group_topic()
    run(main)


def test_offsets_go_back_to_their_limits(held: Topic) -> None:
    async def main() -> None:
        session = await root_session(held.address)
        await finish(session, repair_of(held.where, limits={0: 3, 1: 5, 2: 0, 3: 9}))
        stored = await read_stored_offsets(session, held.where)
        assert stored == {0: 3, 1: None, 2: None, 3: 1}

    run(main)


def test_while_a_group_is_locked_nobody_enters_or_creates_it(held: Topic) -> None:
    async def main() -> None:
        session, other = await root_session(held.address), await root_session(held.address)
        repair = repair_of(held.where)
        for _ in range(5):
            await repair.advance(session)
        entry = await enter_group(other, held.where)
        assert (entry.assignment, entry.stored) == (None, OFFSETS)
        assert await other.group(held.where) is None
        await finish(session, repair)
        assert (await enter_group(other, held.where)).assignment is not None

    run(main)


def test_of_many_who_begin_at_once_one_repairs_and_the_others_wait(held: Topic) -> None:
    async def main() -> None:
        sessions = [await root_session(held.address) for _ in range(4)]
        for session in sessions:
            await enter_group(session, held.where)
        await asyncio.gather(*(repaired(session, held.where) for session in sessions))
        group = await sessions[0].group(held.where)
        assert group is not None
        assert len(group.member_ids) == len(sessions)
        assert await read_stored_offsets(sessions[0], held.where) == OFFSETS
        assert await sessions[0].group(lock_of(held.where)) is None

    run(main)


@pytest.mark.parametrize("steps", range(1, STEPS))
def test_a_repairer_killed_after_any_step_loses_nothing(held: Topic, steps: int) -> None:
    kill_after(held, steps)

    async def main() -> None:
        session = await root_session(held.address)
        entry = await enter_group(session, held.where)
        if entry.assignment is not None:
            assert steps == 1
            assert_freed(await repaired(session, held.where))
            return
        assert entry.stored == OFFSETS
        assert_freed(await repaired(session, held.where, starts=False))

    run(main)


@pytest.mark.parametrize("steps", range(1, STEPS))
def test_a_server_that_crashes_under_the_repairer_after_any_step_loses_nothing(
    held: Topic, killable_server: KillableServer, steps: int
) -> None:
    async def begin() -> None:
        _session = await begun(held, steps)
        killable_server.kill()

    async def end() -> None:
        session = await root_session(held.address)
        entry = await enter_group(session, held.where)
        assert (entry.assignment is None) == (steps > 1)
        assert_freed(await repaired(session, held.where, starts=steps == 1))
        assert (await take_census(session, held.where)).is_whole

    run(begin)
    killable_server.restart()
    run(end)


@pytest.mark.parametrize("steps", range(4, STEPS))
def test_a_limit_that_was_copied_counts_whatever_crashes_then(
    held: Topic, killable_server: KillableServer, steps: int
) -> None:
    async def begin() -> None:
        _session = await begun(held, steps, limits={2: 3})
        killable_server.kill()

    async def end() -> None:
        session = await root_session(held.address)
        assert_freed(await repaired(session, held.where, starts=False), {**OFFSETS, 2: 3})

    run(begin)
    killable_server.restart()
    run(end)


def test_a_lock_with_a_lower_offset_is_not_given_back(held: Topic) -> None:
    async def begin() -> None:
        (await begun(held, 4, limits={2: 3})).close()

    async def main() -> None:
        session, stranger = await root_session(held.address), await root_session(held.address)
        await stranger.join(held.where)
        repair = repair_of(held.where, starts=False, speed=50)
        progress = await repair.advance(session)
        while progress.trouble is None:
            assert not progress.is_over
            progress = await repair.advance(session)
        await stranger.leave(held.where)
        await finish(session, repair)
        assert_freed(await enter_group(session, held.where), {**OFFSETS, 2: 3})

    run(begin)
    run(main)


def test_a_client_that_stays_in_the_group_has_the_lock_given_back(held: Topic) -> None:
    async def main() -> None:
        session, stranger = await root_session(held.address), await root_session(held.address)
        await stranger.join(held.where)
        progress = await finish(session, repair_of(held.where, speed=20))
        assert "1 clients that do not heed" in str(progress.trouble)
        assert await session.group(lock_of(held.where)) is None
        assert await read_stored_offsets(session, held.where) == OFFSETS

    run(main)


def test_a_lock_that_keeps_more_than_the_group_is_not_given_back(held: Topic) -> None:
    kill_after(held, 5)

    async def main() -> None:
        session, stranger = await root_session(held.address), await root_session(held.address)
        await stranger.ensure_group(held.where)
        await stranger.join(held.where)
        repair = repair_of(held.where, starts=False, speed=50)
        progress = await repair.advance(session)
        while progress.trouble is None:
            assert not progress.is_over
            progress = await repair.advance(session)
        assert await read_counting_offsets(session, held.where) == OFFSETS
        await stranger.leave(held.where)
        await finish(session, repair)
        assert await read_stored_offsets(session, held.where) == OFFSETS

    run(main)


def test_who_may_not_repair_waits_until_somebody_has(held: Topic) -> None:
    kill_after(held, 4)

    async def main() -> None:
        session, other = await root_session(held.address), await root_session(held.address)
        waiting = repair_of(held.where, starts=False, allowed=False)
        await waiting.advance(session)
        progress = await waiting.advance(session)
        assert not progress.is_over
        assert "repair_groups is off" in str(progress.trouble)
        await repaired(other, held.where, starts=False)
        assert (await waiting.advance(session)).is_over

    run(main)


def kill_after(topic: Topic, steps: int) -> None:
    """Have a repairer killed after so many steps."""
    with standing_repairer(topic.address, topic.where, steps):
        pass
