"""Stored offsets of consumers and groups."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from apache_iggy import Consumer, IggyClient, PollingStrategy, SendMessage

from tests.support.iggy_commands import Whose, delete_offset, get_offset, store_offset
from tests.support.sdk import connect, run, unique_name


def on_a_topic(
    address: str, test: Callable[[IggyClient, str], Awaitable[None]], messages: int = 10
) -> None:
    """Run a test on a topic of two partitions, the first with messages."""

    async def main() -> None:
        client, stream = await connect(address), unique_name("stream")
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 2)
        if messages:
            sent = [SendMessage(str(number)) for number in range(messages)]
            await client.send_messages(stream, "topic", 0, sent)
        await test(client, stream)
        await client.delete_stream(stream)

    run(main)


async def refused(call: Awaitable[Any], text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        await call


def test_an_offset_is_stored_moved_back_and_deleted(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        mine = Whose(stream, "topic", 0, "mine")
        assert await get_offset(client, mine) is None
        for offset in (5, 9, 2):
            await store_offset(client, mine, offset)
            assert await get_offset(client, mine) == offset
        assert await get_offset(client, mine._replace(consumer="other")) is None
        assert await get_offset(client, mine._replace(partition=1)) is None
        await delete_offset(client, mine)
        assert await get_offset(client, mine) is None
        await refused(delete_offset(client, mine), "not found")

    on_a_topic(iggy_address, test)


def test_what_is_not_there_yet_cannot_be_stored(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        mine = Whose(stream, "topic", 0, "mine")
        await refused(store_offset(client, mine, 10), "Invalid offset")
        await refused(store_offset(client, mine._replace(partition=1), 0), "Invalid offset")
        await refused(store_offset(client, mine._replace(partition=2), 0), "not found")
        await refused(get_offset(client, mine._replace(partition=2)), "not found")
        for nowhere in (mine._replace(topic="none"), mine._replace(stream="none")):
            await refused(store_offset(client, nowhere, 0), "not found")

    on_a_topic(iggy_address, test)


def test_a_purge_forgets_offsets(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        mine = Whose(stream, "topic", 0, "mine")
        await store_offset(client, mine, 5)
        await client.purge_topic(stream, "topic")
        assert await get_offset(client, mine) is None

    on_a_topic(iggy_address, test)


def test_a_group_offset_is_the_groups_and_written_by_the_owner_only(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        await client.create_consumer_group(stream, "topic", "group")
        ours = Whose(stream, "topic", 0, "group", is_group=True)
        await refused(store_offset(client, ours, 3), "not found")
        await client.join_consumer_group(stream, "topic", "group")
        await store_offset(client, ours, 3)
        other = await connect(iggy_address)
        assert await get_offset(other, ours) == 3
        await refused(store_offset(other, ours, 4), "not found")
        await refused(delete_offset(other, ours), "not found")
        assert await get_offset(client, ours._replace(is_group=False)) is None
        await client.leave_consumer_group(stream, "topic", "group")
        await refused(store_offset(client, ours, 4), "not found")
        assert await get_offset(other, ours) == 3

    on_a_topic(iggy_address, test)


def test_a_group_created_again_starts_clean(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        ours = Whose(stream, "topic", 0, "group", is_group=True)
        ids = []
        for _ in range(2):
            await client.create_consumer_group(stream, "topic", "group")
            group = await client.get_consumer_group(stream, "topic", "group")
            assert group is not None
            ids.append(group.id)
            await client.join_consumer_group(stream, "topic", "group")
            assert await get_offset(client, ours) is None
            await store_offset(client, ours, 3)
            await client.delete_consumer_group(stream, "topic", "group")
        assert ids[0] != ids[1]

    on_a_topic(iggy_address, test)


def test_a_group_poll_that_commits_stores_for_the_group(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        await client.create_consumer_group(stream, "topic", "group")
        await client.join_consumer_group(stream, "topic", "group")
        found: list[int] = []
        while len(found) < 10:
            messages = await client.poll_messages(
                stream,
                "topic",
                consumer=Consumer.Group("group"),
                polling_strategy=PollingStrategy.Next(),
                count=4,
                auto_commit=True,
            )
            found += [message.offset() for message in messages]
        assert found == list(range(10))
        assert await get_offset(client, Whose(stream, "topic", 0, "group", is_group=True)) == 9

    on_a_topic(iggy_address, test)
