"""Consumers of a group that is held by members that died with the server."""

from contextlib import suppress
from functools import partial

import pytest

from actors.core import ChildDied, tell
from actors.data_path import Fetch, FetchReady, TenuresEnded
from actors.iggy.group_lock import group_lock
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import GroupHeldError
from actors.iggy.iggy_loop import IggyLoop
from actors.iggy.session import Session
from actors.lifecycle import Finish
from actors.reports import Troubled, Working
from tests.actors.iggy.answers import answer_of
from tests.actors.iggy.connecting import joined_session, root_session
from tests.actors.iggy.reader import BATCH, Reader, offsets
from tests.actors.iggy.standing_repairer import standing_repairer
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.broker import BrokerProcess
from tests.support.eventually import eventually
from tests.support.killable_server import KillableServer

MESSAGES = 4 * BATCH


@pytest.fixture
def held(killable_server: KillableServer, loop: IggyLoop) -> Topic:
    """Return a topic of 2 partitions whose group has a dead member; 0 to 6 of the first is done."""
    topic = new_topic(killable_server.address, partitions=2, messages=MESSAGES)
    killable_server.terminate()
    killable_server.restart()
    topic.store(6)
    died = sure(answer_of(loop, partial(joined_session, killable_server.address, topic.where)))
    killable_server.kill()
    died.close()
    killable_server.restart()
    return topic


def sure(answer: Session | Exception) -> Session:
    assert isinstance(answer, Session), answer
    return answer


def look_on(reader: Reader, times: int) -> None:
    """Let so many looks at the group happen, a second apart."""
    for _ in range(times):
        reader.advance(1)


def held_trouble(reader: Reader, words: str) -> Troubled:
    return reader.parent.expect(
        Troubled, where=lambda trouble: words in str(trouble.error), timeout_s=10
    )


def wait_out(reader: Reader, words: str) -> None:
    """Move the clock until the reader reports such a trouble."""

    def reports() -> bool:
        reader.timer.advance(1)
        try:
            reader.parent.expect(
                Troubled, where=lambda trouble: words in str(trouble.error), timeout_s=0.05
            )
        except AssertionError:
            return False
        return True

    eventually(reports)


def works_again(reader: Reader) -> None:
    """Move the clock until the reader reports that it works."""

    def works() -> bool:
        reader.timer.advance(0.3)
        try:
            reader.parent.expect(Working, timeout_s=0.05)
        except AssertionError:
            return False
        return True

    eventually(works)


def lock_of(where: GroupTopic) -> GroupTopic:
    lock = group_lock(where)
    assert lock is not None
    return lock


def test_a_group_held_for_5_s_is_told_and_repaired(loop: IggyLoop, held: Topic) -> None:
    reader = Reader(loop, held.address, held.where)
    reader.works()
    look_on(reader, 4)
    reader.advance(1)
    trouble = held_trouble(reader, "is held by 1 dead member of a server that crashed")
    assert isinstance(trouble.error, GroupHeldError)
    works_again(reader)
    reader.demand(4)
    found = [reader.fetch_later(), reader.fetch_later()]
    assert {fetch.partition_id: offsets(fetch)[0] for fetch in found} == {0: 7, 1: 0}
    assert held.stored(0) == 6


def test_where_groups_are_not_repaired_it_is_only_told(loop: IggyLoop, held: Topic) -> None:
    reader = Reader(loop, held.address, held.where, repair_groups=False)
    reader.works()
    wait_out(reader, "repair_groups = true")
    look_on(reader, 3)
    reader.demand()
    assert reader.fetch_later().partition_id in (0, 1)


def test_a_group_that_is_whole_is_not_looked_at_again(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=1)
    reader = Reader(loop, iggy_address, topic.where)
    reader.works()
    reader.advance(1)
    lock = lock_of(topic.where)
    locker = sure(answer_of(loop, partial(root_session, iggy_address)))
    answer_of(loop, partial(locker.create_group, lock))
    look_on(reader, 2)
    reader.demand()
    assert offsets(reader.fetch_later()) == [0]
    answer_of(loop, partial(locker.delete_group, lock))


def test_a_consumer_that_finds_the_lock_leaves_and_comes_back(loop: IggyLoop, held: Topic) -> None:
    reader = Reader(loop, held.address, held.where, demand=1)
    reader.works()
    fetch = reader.fetch_later()
    repairer = sure(answer_of(loop, partial(root_session, held.address)))
    lock = lock_of(held.where)
    answer_of(loop, partial(repairer.create_group, lock))
    answer_of(loop, partial(repairer.join, lock))
    wait_out(reader, f"is locked by the group {lock.group}")
    assert reader.sink.expect(TenuresEnded).tenures == {fetch.tenure}
    answer_of(loop, partial(repairer.delete_group, lock))
    works_again(reader)


@pytest.mark.parametrize("steps", range(2, 8))
def test_a_consumer_that_waits_takes_up_what_a_killed_repairer_began(
    loop: IggyLoop, held: Topic, steps: int
) -> None:
    with standing_repairer(held.address, held.where, steps):
        reader = Reader(loop, held.address, held.where, demand=2)
        wait_out(reader, "is locked")
        look_on(reader, 2)
    works_again(reader)
    found = [reader.fetch_later(), reader.fetch_later()]
    assert {fetch.partition_id: offsets(fetch)[0] for fetch in found} == {0: 7, 1: 0}
    assert held.stored(0) == 6


def test_while_it_waits_for_the_lock_it_ends_at_once(loop: IggyLoop, held: Topic) -> None:
    repairer = sure(answer_of(loop, partial(root_session, held.address)))
    answer_of(loop, partial(repairer.create_group, lock_of(held.where)))
    answer_of(loop, partial(repairer.join, lock_of(held.where)))
    reader = Reader(loop, held.address, held.where)
    wait_out(reader, "is locked")
    tell(reader.ref, Finish())
    assert reader.parent.expect(ChildDied).error is None


def test_a_client_that_is_not_ours_keeps_the_group(loop: IggyLoop, held: Topic) -> None:
    stranger = sure(answer_of(loop, partial(root_session, held.address)))
    answer_of(loop, partial(stranger.join, held.where))
    reader = Reader(loop, held.address, held.where)
    reader.works()
    wait_out(reader, "is held by 1 dead member")
    wait_out(reader, "1 clients that do not heed")
    look_on(reader, 10)
    repairer = sure(answer_of(loop, partial(root_session, held.address)))
    assert answer_of(loop, partial(repairer.group, lock_of(held.where))) is None
    answer_of(loop, partial(stranger.leave, held.where))
    look_on(reader, 61)
    works_again(reader)
    assert held.stored(0) == 6


def test_a_cut_that_was_taken_back_is_taken_into_account(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address)
    for _ in range(15):
        topic.send(100)
    topic.store(1400)
    reader = Reader(loop, killable_server.address, topic.where)
    reader.works()
    crash_twice(killable_server, topic, reader)
    wait_out(reader, "is held by")
    reader.demand()
    works_again(reader)
    assert offsets(reader.fetch_later())[0] == 1100
    assert topic.stored() == 1099


def test_who_has_seen_lower_offsets_repairs_before_who_came_later(
    loop: IggyLoop, killable_server: KillableServer
) -> None:
    topic = new_topic(killable_server.address, partitions=2)
    for partition in (0, 1):
        for _ in range(15):
            topic.send(100, partition=partition)
        topic.store(1400, partition=partition)
    knows = Reader(loop, killable_server.address, topic.where)
    knows.works()
    crash_twice(killable_server, topic, knows, partitions=2)
    came_later = Reader(loop, killable_server.address, topic.where, demand=3)
    came_later.works()
    look_on(came_later, 2)
    knows.demand(3)
    found = first_fetches(knows, came_later, partitions=2)
    assert {partition: offsets(fetch)[0] for partition, fetch in found.items()} == {
        0: 1100,
        1: 1100,
    }


def test_where_groups_are_not_repaired_a_lock_is_waited_for_and_not_taken_up(
    loop: IggyLoop, held: Topic
) -> None:
    reader = Reader(loop, held.address, held.where, repair_groups=False, demand=1)
    reader.works()
    fetch = reader.fetch_later()
    locker = sure(answer_of(loop, partial(root_session, held.address)))
    lock = lock_of(held.where)
    answer_of(loop, partial(locker.create_group, lock))
    wait_out(reader, "repair_groups is off here")
    assert reader.sink.expect(TenuresEnded).tenures == {fetch.tenure}
    look_on(reader, 10)
    assert answer_of(loop, partial(locker.group, lock)) is not None
    answer_of(loop, partial(locker.delete_group, lock))
    works_again(reader)


def test_where_a_server_drops_dead_members_by_itself_nothing_is_ever_repaired(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    topic = new_topic(broker.address, messages=MESSAGES)
    reader = Reader(loop, broker.address, topic.where)
    reader.works()
    broker.kill()
    broker.restart()
    reader.settled()
    reader.timer.advance(1)
    reader.parent.expect(Troubled)
    reader.reconnects()
    look_on(reader, 10)
    looker = sure(answer_of(loop, partial(root_session, broker.address)))
    assert answer_of(loop, partial(looker.group, lock_of(topic.where))) is None
    reader.parent.ref.tell("that was all")
    reader.parent.expect_none(Troubled, before=str)


def first_fetches(*readers: Reader, partitions: int) -> dict[int, Fetch]:
    """Move the clocks of all together, until of every partition somebody got something."""
    found: dict[int, Fetch] = {}

    def look() -> bool:
        for reader in readers:
            reader.timer.advance(0.5)
            with suppress(AssertionError):
                fetch = reader.sink.expect(FetchReady, timeout_s=0.1).fetch
                found.setdefault(fetch.partition_id, fetch)
        return len(found) == partitions

    eventually(look)
    return found


def crash_twice(
    server: KillableServer, topic: Topic, reader: Reader, *, partitions: int = 1
) -> None:
    """Let the reader see what is left after the first crash; the log grows after each."""
    for _ in range(2):
        server.restart()
        reader.settled()
        reader.timer.advance(1)
        reader.parent.expect(Troubled)
        reader.reconnects()
        for partition in range(partitions):
            for _ in range(20):
                topic.send(100, partition=partition)
