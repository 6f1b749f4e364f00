"""Nothing the SDK offers over TCP is left untried: a walk over its public methods."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from apache_iggy import (
    AutoCommit,
    IggyClient,
    IggyConsumer,
    IggyProducer,
    PollingStrategy,
    SendMessage,
)

from tests.support.sdk import connect, run, unique_name

# Methods that need no test against a broker, and why.
WITHOUT_A_TEST: dict[str, str] = {}


def _public(kind: type) -> set[str]:
    return {name for name in dir(kind) if not name.startswith("_")}


def _called_in_tests() -> set[str]:
    """Return the names of all methods that the tests of this folder call or refer to."""
    return {
        node.attr
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
    }


@pytest.mark.parametrize("kind", [IggyClient, IggyConsumer, IggyProducer])
def test_every_method_has_a_test_or_a_reason(kind: type) -> None:
    untried = _public(kind) - _called_in_tests() - WITHOUT_A_TEST.keys()
    assert not untried


def test_a_connection_string_connects(iggy_address: str) -> None:
    async def main() -> None:
        client = IggyClient.from_connection_string(f"iggy+tcp://iggy:iggy@{iggy_address}")
        await client.connect()
        await client.ping()

    run(main)


def test_statistics_count_what_is_there(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await connect(iggy_address), unique_name("stream")
        before = await client.get_stats()
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 3)
        await client.create_consumer_group(stream, "topic", "group")
        await client.send_messages(stream, "topic", 0, [SendMessage("a"), SendMessage("b")])
        after = await client.get_stats()
        assert after.streams_count == before.streams_count + 1
        assert after.topics_count == before.topics_count + 1
        assert after.partitions_count == before.partitions_count + 3
        assert after.segments_count == before.segments_count + 3
        assert after.messages_count == before.messages_count + 2
        assert after.consumer_groups_count == before.consumer_groups_count + 1
        assert after.messages_size_bytes > before.messages_size_bytes
        assert after.clients_count >= 1
        assert after.process_id > 0
        assert 0 < after.memory_usage < after.total_memory
        assert 0 < after.free_disk_space < after.total_disk_space
        assert after.run_time > before.run_time
        await client.delete_stream(stream)

    run(main)


def test_option_catalogs_tell_kinds_and_defaults(iggy_address: str) -> None:
    async def main() -> None:
        client = await connect(iggy_address)
        options = {option.key: option for option in await client.describe_options("topic")}
        assert options["segment_size"].kind == "uint64"
        assert options["preallocate_segments"].kind == "bool"
        assert all(option.description for option in options.values())
        for scope in ("stream", "user"):
            assert await client.describe_options(scope) == []

    run(main)


def test_a_consumer_knows_where_it_is(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await connect(iggy_address), unique_name("stream")
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 1)
        await client.send_messages(stream, "topic", 0, [SendMessage("a"), SendMessage("b")])
        consumer = await client.consumer_group(
            "group",
            stream,
            "topic",
            auto_commit=AutoCommit.Disabled(),
            polling_strategy=PollingStrategy.First(),
            poll_interval=timedelta(milliseconds=10),
        )
        assert (consumer.name(), consumer.stream(), consumer.topic()) == ("group", stream, "topic")
        iterator = consumer.iter_messages()
        for _ in range(2):
            await anext(iterator)
        assert consumer.partition_id() == 0
        assert consumer.get_last_consumed_offset(0) == 1
        await client.delete_stream(stream)

    run(main)


def test_a_producer_sends_elsewhere_too(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await connect(iggy_address), unique_name("stream")
        producer = await client.producer(stream, "topic")
        await client.create_topic(stream, "elsewhere", 1)
        sent = await producer.send_to(stream, "elsewhere", [SendMessage("a")])
        assert sent.confirmations[0].topic_id == 1
        await producer.shutdown()
        await client.delete_stream(stream)

    run(main)
