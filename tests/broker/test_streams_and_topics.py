"""Streams, topics and partitions through the SDK."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest
from apache_iggy import (
    Durability,
    HeaderKey,
    HeaderValue,
    IggyClient,
    IggyExpiry,
    MaxTopicSize,
    SendMessage,
)

from tests.support.sdk import connect, run, unique_name


async def refused(call: Awaitable[Any], text: str) -> None:
    with pytest.raises(RuntimeError, match=text):
        await call


async def with_stream(address: str) -> tuple[IggyClient, str]:
    client, stream = await connect(address), unique_name("stream")
    await client.create_stream(stream)
    return client, stream


def test_a_stream_is_found_by_name_and_by_id(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        by_name = await client.get_stream(stream)
        assert by_name is not None
        by_id = await client.get_stream(by_name.id)
        assert by_id is not None
        assert (by_id.name, by_id.topics_count, by_id.messages_count) == (stream, 0, 0)
        assert stream in [each.name for each in await client.get_streams()]
        await client.delete_stream(stream)
        assert await client.get_stream(stream) is None

    run(main)


def test_a_stream_name_is_taken_once(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        other = unique_name("stream")
        await client.create_stream(other)
        await refused(client.create_stream(stream), "already exists")
        await refused(client.update_stream(other, stream), "already exists")
        await client.update_stream(stream, stream)
        renamed = unique_name("stream")
        await client.update_stream(stream, renamed)
        assert await client.get_stream(stream) is None
        assert await client.get_stream(renamed) is not None
        for name in (other, renamed):
            await client.delete_stream(name)

    run(main)


def test_what_is_not_there_is_said_to_be_missing(iggy_address: str) -> None:
    nobody = unique_name("missing")

    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        for call in (client.delete_stream, client.purge_stream):
            await refused(call(nobody), "not found")
        await refused(client.update_stream(nobody, "name"), "not found")
        await refused(client.create_topic(nobody, "topic", 1), "not found")
        for topic_call in (client.delete_topic, client.purge_topic):
            await refused(topic_call(stream, nobody), "not found")
        await refused(client.update_topic(stream, nobody, "name"), "not found")
        await refused(client.create_partitions(stream, nobody, 1), "not found")
        assert await client.get_topic(stream, nobody) is None
        assert await client.get_topic(nobody, nobody) is None
        assert await client.get_topics(nobody) == []
        await refused(client.send_messages(stream, nobody, 0, [SendMessage("lost")]), "not found")
        await client.delete_stream(stream)

    run(main)


def test_options_are_kept_and_shown(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        await client.create_topic(
            stream,
            "topic",
            3,
            compression_algorithm="gzip",
            message_expiry=IggyExpiry.ExpireDuration(timedelta(hours=1)),
            max_topic_size=MaxTopicSize.Custom(2 * 1024**3),
            segment_size=1024**2,
            durability=Durability.PERSISTED,
            messages_required_to_save=64,
        )
        topic = await client.get_topic(stream, "topic")
        assert topic is not None
        assert topic.partitions_count == 3
        assert [partition.id for partition in topic.partitions] == [0, 1, 2]
        assert topic.compression_algorithm == "gzip"
        assert isinstance(topic.message_expiry, IggyExpiry.ExpireDuration)
        assert topic.message_expiry.duration == timedelta(hours=1)
        assert isinstance(topic.max_topic_size, MaxTopicSize.Custom)
        assert topic.max_topic_size.bytes == 2 * 1024**3
        assert topic.options[HeaderKey.String("durability")] == HeaderValue.String("persisted")
        await client.delete_stream(stream)

    run(main)


def test_an_update_changes_what_it_names_only(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        await client.create_topic(stream, "topic", 1, compression_algorithm="gzip")
        await client.update_topic(
            stream, "topic", "renamed", max_topic_size=MaxTopicSize.Custom(4 * 1024**3)
        )
        topic = await client.get_topic(stream, "renamed")
        assert topic is not None
        assert topic.compression_algorithm == "gzip"
        assert isinstance(topic.max_topic_size, MaxTopicSize.Custom)
        assert topic.max_topic_size.bytes == 4 * 1024**3
        assert await client.get_topic(stream, "topic") is None
        await client.delete_stream(stream)

    run(main)


def test_options_nobody_knows_and_bad_values_are_refused(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        unknown = client.create_topic(stream, "topic", 1, options={"no_such_option": "1"})
        await refused(unknown, "Unsupported option key")
        for value in ("many", "5"):
            bad = client.create_topic(stream, "topic", 1, options={"segment_size": value})
            await refused(bad, "Invalid option value")
        smaller_than_a_segment = MaxTopicSize.Custom(1000)
        bad = client.create_topic(stream, "topic", 1, max_topic_size=smaller_than_a_segment)
        await refused(bad, "Invalid option value")
        assert await client.get_topics(stream) == []
        await client.create_topic(stream, "topic", 1, options={"segment_size": "1048576"})
        late = client.update_topic(stream, "topic", "topic", options={"segment_size": "2097152"})
        await refused(late, "Unsupported option key")
        late = client.update_stream(stream, stream, options={"anything": "1"})
        await refused(late, "Unsupported option key")
        await client.delete_stream(stream)

    run(main)


def test_a_topic_name_is_taken_once_in_its_stream(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        await client.create_topic(stream, "one", 1)
        await client.create_topic(stream, "two", 0)
        await refused(client.create_topic(stream, "one", 1), "already exists")
        await refused(client.update_topic(stream, "two", "one"), "already exists")
        assert [topic.name for topic in await client.get_topics(stream)] == ["one", "two"]
        other = unique_name("stream")
        await client.create_stream(other)
        await client.create_topic(other, "one", 1)
        for name in (stream, other):
            await client.delete_stream(name)

    run(main)


def test_partitions_are_added_and_removed_at_the_end(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)

        async def partitions() -> list[int]:
            topic = await client.get_topic(stream, "topic")
            assert topic is not None
            return [partition.id for partition in topic.partitions]

        await client.create_topic(stream, "topic", 1)
        await client.create_partitions(stream, "topic", 3)
        assert await partitions() == [0, 1, 2, 3]
        await client.delete_partitions(stream, "topic", 2)
        assert await partitions() == [0, 1]
        await client.send_messages(stream, "topic", 1, [SendMessage("here")])
        await refused(client.send_messages(stream, "topic", 2, [SendMessage("gone")]), "not found")
        await refused(client.delete_partitions(stream, "topic", 3), "Invalid partitions count")
        await refused(client.create_topic(stream, "huge", 1001), "Too many partitions")
        await refused(client.create_partitions(stream, "topic", 999), "Too many partitions")
        await client.delete_stream(stream)

    run(main)


def test_counts_and_sizes_are_those_of_the_messages(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        await client.create_topic(stream, "topic", 2)
        await client.send_messages(stream, "topic", 0, [SendMessage("a"), SendMessage("b")])
        await client.send_messages(stream, "topic", 1, [SendMessage("c")])
        topic = await client.get_topic(stream, "topic")
        assert topic is not None
        assert topic.messages_count == 3
        assert [(p.messages_count, p.current_offset) for p in topic.partitions] == [(2, 1), (1, 0)]
        assert all(p.size > 0 and p.segments_count == 1 for p in topic.partitions)
        details = await client.get_stream(stream)
        assert details is not None
        assert (details.topics_count, details.messages_count) == (1, 3)
        await client.delete_stream(stream)

    run(main)


@pytest.mark.parametrize("what", ["stream", "topic"])
def test_a_purge_begins_anew_at_offset_0(iggy_address: str, what: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        await client.create_topic(stream, "topic", 1)
        await client.send_messages(stream, "topic", 0, [SendMessage("a"), SendMessage("b")])
        if what == "stream":
            await client.purge_stream(stream)
        else:
            await client.purge_topic(stream, "topic")
        topic = await client.get_topic(stream, "topic")
        assert topic is not None
        assert topic.messages_count == 0
        sent = await client.send_messages(stream, "topic", 0, [SendMessage("c")])
        assert sent.confirmations[0].base_offset == 0
        await client.delete_stream(stream)

    run(main)


def test_a_topic_created_again_is_empty(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        for _ in range(2):
            await client.create_topic(stream, "topic", 1)
            sent = await client.send_messages(stream, "topic", 0, [SendMessage("a")])
            assert sent.confirmations[0].base_offset == 0
            await client.delete_topic(stream, "topic")
        await client.delete_stream(stream)

    run(main)


def test_ids_are_the_lowest_that_are_free(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await with_stream(iggy_address)
        for name in ("a", "b", "c"):
            await client.create_topic(stream, name, 1)
        await client.delete_topic(stream, "b")
        await client.create_topic(stream, "d", 1)
        assert {t.name: t.id for t in await client.get_topics(stream)} == {"a": 0, "d": 1, "c": 2}
        await client.delete_stream(stream)

    run(main)
