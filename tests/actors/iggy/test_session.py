"""Streams, topics, groups, offsets and messages through a session, against a real server."""

import asyncio

import pytest
from apache_iggy import Durability, SendMessage

from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_error import IggyCallError, IggyError, NotFoundError, NotOwnedError
from actors.iggy.known_topic import KnownTopic
from actors.iggy.session import Session
from tests.actors.iggy.connecting import joined_session, new_group_topic, root_session
from tests.support.sdk import connect, run, unique_name


async def assignment_of(session: Session, where: GroupTopic) -> tuple[int, ...]:
    assignment = await session.sync(where)
    assert assignment is not None
    return assignment.partitions


def numbered(count: int) -> list[SendMessage]:
    return [SendMessage(str(number)) for number in range(count)]


def test_a_missing_stream_or_topic_is_named(iggy_address: str) -> None:
    stream = unique_name("s")

    async def main() -> None:
        session = await root_session(iggy_address)
        with pytest.raises(NotFoundError, match=f"^stream '{stream}' was not found$"):
            await session.topic(stream, "topic")
        await session.ensure_topic(stream, "other")
        with pytest.raises(NotFoundError, match=f"^topic 'topic' .* in stream '{stream}'$"):
            await session.topic(stream, "topic")

    run(main)


def test_a_missing_topic_is_created_with_one_persisted_partition(iggy_address: str) -> None:
    stream = unique_name("s")

    async def main() -> None:
        session = await root_session(iggy_address)
        persisted = KnownTopic(partitions=1, durability="persisted")
        assert await session.ensure_topic(stream, "topic") == persisted
        assert await session.ensure_topic(stream, "topic") == persisted
        assert await session.topic(stream, "topic") == persisted

    run(main)


def test_a_topic_that_is_there_stays_as_it_is(iggy_address: str) -> None:
    stream = unique_name("s")

    async def main() -> None:
        client = await connect(iggy_address)
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 3)
        session = await root_session(iggy_address)
        assert (await session.ensure_topic(stream, "topic")).partitions == 3

    run(main)


@pytest.mark.parametrize("durability", list(Durability))
def test_the_durability_of_a_topic_is_what_it_was_created_with(
    iggy_address: str, durability: Durability
) -> None:
    stream = unique_name("s")

    async def main() -> None:
        client = await connect(iggy_address)
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 2, durability=durability)
        session = await root_session(iggy_address)
        known = KnownTopic(partitions=2, durability=durability.value)
        assert await session.topic(stream, "topic") == known

    run(main)


def test_the_ends_of_partitions_are_where_the_next_messages_go(iggy_address: str) -> None:
    stream = unique_name("s")

    async def main() -> None:
        client = await connect(iggy_address)
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 2)
        session = await root_session(iggy_address)
        await session.send(stream, "topic", 1, numbered(1))
        assert await session.ends(stream, "topic") == {0: 0, 1: 1}
        await session.send(stream, "topic", 1, numbered(2))
        assert await session.ends(stream, "topic") == {0: 0, 1: 3}
        await client.purge_topic(stream, "topic")
        assert await session.ends(stream, "topic") == {0: 0, 1: 0}
        with pytest.raises(NotFoundError, match="'other' was not found"):
            await session.ends(stream, "other")

    run(main)


def test_many_may_create_the_same_at_once(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        sessions = [await root_session(iggy_address) for _ in range(8)]
        topics = await asyncio.gather(
            *(session.ensure_topic(where.stream, where.topic) for session in sessions)
        )
        assert [topic.partitions for topic in topics] == [1] * 8
        await asyncio.gather(*(session.ensure_group(where) for session in sessions))
        await asyncio.gather(*(session.join(where) for session in sessions))

    run(main)


def test_an_id_is_found_but_never_created(iggy_address: str) -> None:
    stream, missing = unique_name("s"), "4000000000"

    async def main() -> None:
        session = await root_session(iggy_address)
        with pytest.raises(NotFoundError, match="stream"):
            await session.ensure_topic(missing, "topic")
        client = await connect(iggy_address)
        assert missing not in [found.name for found in await client.get_streams()]
        await session.ensure_topic(stream, "topic")
        assert (await session.ensure_topic(stream, "0")).partitions == 1
        with pytest.raises(NotFoundError, match="topic"):
            await session.ensure_topic(stream, missing)
        with pytest.raises(NotFoundError, match="group"):
            await session.ensure_group(GroupTopic(stream=stream, topic="0", group=missing))

    run(main)


def test_ids_mean_the_same_in_all_calls(iggy_address: str) -> None:
    named = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, named)
        client = await connect(iggy_address)
        stream = await client.get_stream(named.stream)
        topic = await client.get_topic(named.stream, named.topic)
        group = await client.get_consumer_group(named.stream, named.topic, named.group)
        assert stream is not None
        assert topic is not None
        assert group is not None
        numbered_too = GroupTopic(stream=str(stream.id), topic=str(topic.id), group=str(group.id))
        assert await assignment_of(session, numbered_too) == (0,)
        await session.send(numbered_too.stream, numbered_too.topic, 0, numbered(3))
        assert len((await session.poll(numbered_too, 0, 0, 10)).messages) == 3
        await session.store_offset(numbered_too, 0, 2)
        assert await session.stored_offset(named, 0) == 2

    run(main)


def test_a_group_needs_its_stream_and_topic(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await root_session(iggy_address)
        with pytest.raises(NotFoundError, match=f"{where.stream}.*: the stream was not found"):
            await session.ensure_group(where)
        await session.ensure_topic(where.stream, "other")
        with pytest.raises(NotFoundError, match=f"{where.topic}.*: the topic was not found"):
            await session.ensure_group(where)

    run(main)


def test_a_group_that_is_missing_cannot_be_joined(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await root_session(iggy_address)
        await session.ensure_topic(where.stream, where.topic)
        with pytest.raises(NotFoundError, match="the consumer group was not found"):
            await session.join(where)

    run(main)


def test_who_is_no_member_has_no_assignment(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await root_session(iggy_address)
        assert await session.sync(where) is None
        await session.ensure_topic(where.stream, where.topic)
        await session.ensure_group(where)
        await session.ensure_group(where)
        assert await session.sync(where) is None
        await session.join(where)
        assert await assignment_of(session, where) == (0,)

    run(main)


def test_who_owns_a_partition_is_told_and_no_stored_offset_is_lost_by_that(
    iggy_address: str,
) -> None:
    where = new_group_topic()

    async def main() -> None:
        owner, other = await joined_session(iggy_address, where), await root_session(iggy_address)
        assert await assignment_of(owner, where) == (0,)
        assert await owner.owns(where, 0)
        assert not await other.owns(where, 0)
        assert not await owner.owns(where, 7)
        await owner.send(where.stream, where.topic, 0, numbered(2))
        await owner.store_offset(where, 0, 1)
        assert not await owner.owns(where, 0)
        assert await owner.stored_offset(where, 0) == 1

    run(main)


def test_the_generation_grows_when_a_member_joins(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        before = await session.sync(where)
        other = await joined_session(iggy_address, where)
        after = await session.sync(where)
        assert before is not None
        assert after is not None
        assert after.generation > before.generation
        await other.ping()

    run(main)


def test_messages_come_from_the_offset_asked_for(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        await session.sync(where)
        empty = await session.poll(where, 0, 0, 10)
        assert (empty.messages, empty.current_offset) == ([], 0)
        await session.send(where.stream, where.topic, 0, numbered(5))
        found = await session.poll(where, 0, 3, 10)
        assert [message.offset() for message in found.messages] == [3, 4]
        assert [message.payload() for message in found.messages] == [b"3", b"4"]
        assert found.current_offset == 4
        assert len((await session.poll(where, 0, 0, 2)).messages) == 2
        beyond = await session.poll(where, 0, 5, 10)
        assert (beyond.messages, beyond.current_offset) == ([], 4)

    run(main)


def test_a_poll_stores_nothing_and_a_store_is_kept(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        await session.sync(where)
        await session.send(where.stream, where.topic, 0, numbered(5))
        assert len((await session.poll(where, 0, 0, 5)).messages) == 5
        assert await session.stored_offset(where, 0) is None
        await session.store_offset(where, 0, 3)
        assert await session.stored_offset(where, 0) == 3

    run(main)


def test_a_store_beyond_the_end_is_shown(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        await session.sync(where)
        with pytest.raises(IggyCallError, match=r"store of offset 7 .* partition 0: Invalid off"):
            await session.store_offset(where, 0, 7)

    run(main)


def test_a_foreign_partition_polls_empty_and_refuses_the_store(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        owner = await joined_session(iggy_address, where)
        assert await assignment_of(owner, where) == (0,)
        await owner.send(where.stream, where.topic, 0, numbered(5))
        other = await joined_session(iggy_address, where)
        assert await assignment_of(other, where) == ()
        assert (await other.poll(where, 0, 0, 10)).messages == []
        assert len((await other.poll(where, 0, 0, 10, as_member=False)).messages) == 5
        with pytest.raises(NotOwnedError, match=f"{where.topic}.* partition 0"):
            await other.store_offset(where, 0, 1)
        assert await other.stored_offset(where, 0) is None
        assert await assignment_of(owner, where) == (0,)
        await owner.store_offset(where, 0, 1)
        assert await other.stored_offset(where, 0) == 1

    run(main)


def test_a_store_to_a_partition_that_is_not_there_is_not_owned(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        with pytest.raises(NotOwnedError):
            await session.store_offset(where, 9, 0)

    run(main)


def test_what_a_send_or_a_poll_needs_is_said_to_be_missing(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        session = await joined_session(iggy_address, where)
        with pytest.raises(NotFoundError, match=f"send to {where.stream}/{where.topic} partit.* 9"):
            await session.send(where.stream, where.topic, 9, numbered(1))
        with pytest.raises(NotFoundError, match=r"partition 9 .*: the partition was not found"):
            await session.poll(where, 9, 0, 10)
        with pytest.raises(NotFoundError, match="partition 9: the partition was not found"):
            await session.stored_offset(where, 9)

    run(main)


def test_a_name_that_iggy_cannot_have_is_an_iggy_error_everywhere(iggy_address: str) -> None:
    where = GroupTopic(stream="s" * 256, topic="topic", group="group")

    async def main() -> None:
        session = await root_session(iggy_address)
        with pytest.raises(IggyError):
            await session.topic(where.stream, where.topic)
        with pytest.raises(IggyError):
            await session.sync(where)
        with pytest.raises(IggyError):
            await session.poll(where, 0, 0, 10)

    run(main)
