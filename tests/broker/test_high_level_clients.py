"""The SDK's own consumer and producer, in each of their modes."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from apache_iggy import (
    AutoCommit,
    AutoCommitAfter,
    AutoCommitWhen,
    BackgroundProducerConfig,
    DirectProducerConfig,
    IggyClient,
    IggyConsumer,
    Partitioning,
    PollingStrategy,
    ProducerSharding,
    ReceiveMessage,
    SendMessage,
)

from tests.support.iggy_commands import Whose, get_offset
from tests.support.sdk import connect, run, unique_name

MESSAGES = 12
SOON = timedelta(milliseconds=20)
INTERVAL = timedelta(milliseconds=50)
DEADLINE_S = 10.0

# Modes that commit, with the offset that is stored once all messages were consumed.
COMMITTING: dict[str, tuple[AutoCommit, int]] = {
    "interval": (AutoCommit.Interval(INTERVAL), MESSAGES - 1),
    "when polling": (AutoCommit.When(AutoCommitWhen.PollingMessages()), MESSAGES - 1),
    "when all": (AutoCommit.When(AutoCommitWhen.ConsumingAllMessages()), MESSAGES - 1),
    "when each": (AutoCommit.When(AutoCommitWhen.ConsumingEachMessage()), MESSAGES - 1),
    "when every 5th": (AutoCommit.When(AutoCommitWhen.ConsumingEveryNthMessage(5)), 10),
    "interval or when": (
        AutoCommit.IntervalOrWhen(INTERVAL, AutoCommitWhen.ConsumingAllMessages()),
        MESSAGES - 1,
    ),
    "interval or after": (
        AutoCommit.IntervalOrAfter(INTERVAL, AutoCommitAfter.ConsumingAllMessages()),
        MESSAGES - 1,
    ),
}
COMMITTING_AFTER: dict[str, tuple[AutoCommit, int]] = {
    "after each": (AutoCommit.After(AutoCommitAfter.ConsumingEachMessage()), MESSAGES - 1),
    "after every 5th": (AutoCommit.After(AutoCommitAfter.ConsumingEveryNthMessage(5)), 10),
    "after all": (AutoCommit.After(AutoCommitAfter.ConsumingAllMessages()), MESSAGES - 1),
}


def with_messages(address: str, test: Callable[[IggyClient, str], Awaitable[None]]) -> None:
    async def main() -> None:
        client, stream = await connect(address), unique_name("stream")
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 1)
        messages = [SendMessage(str(number)) for number in range(MESSAGES)]
        await client.send_messages(stream, "topic", 0, messages)
        await test(client, stream)
        await client.delete_stream(stream)

    run(main)


async def consumer_of(client: IggyClient, stream: str, mode: AutoCommit) -> IggyConsumer:
    return await client.consumer_group(
        "group",
        stream,
        "topic",
        auto_commit=mode,
        batch_length=100,
        polling_strategy=PollingStrategy.Next(),
        poll_interval=SOON,
    )


async def until_stored(client: IggyClient, stream: str, offset: int) -> None:
    whose = Whose(stream, "topic", 0, "group", is_group=True)
    deadline_s = time.monotonic() + DEADLINE_S
    while (found := await get_offset(client, whose)) != offset:
        assert time.monotonic() < deadline_s, found
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("mode", COMMITTING)
def test_iterating_commits_as_its_mode_says(iggy_address: str, mode: str) -> None:
    auto_commit, stored = COMMITTING[mode]

    async def test(client: IggyClient, stream: str) -> None:
        consumer = await consumer_of(await connect(iggy_address), stream, auto_commit)
        iterator = consumer.iter_messages()
        for number in range(MESSAGES):
            message = await anext(iterator)
            assert (message.offset(), message.payload()) == (number, str(number).encode())
        # The last message counts as consumed when the next one is asked for.
        asking = asyncio.ensure_future(anext(iterator))
        await until_stored(client, stream, stored)
        asking.cancel()

    with_messages(iggy_address, test)


@pytest.mark.parametrize("mode", COMMITTING | COMMITTING_AFTER)
def test_a_callback_commits_as_its_mode_says(iggy_address: str, mode: str) -> None:
    auto_commit, stored = (COMMITTING | COMMITTING_AFTER)[mode]

    async def test(client: IggyClient, stream: str) -> None:
        consumer = await consumer_of(await connect(iggy_address), stream, auto_commit)
        seen: list[int] = []
        has_all, shutdown = asyncio.Event(), asyncio.Event()

        async def take(message: ReceiveMessage) -> None:
            seen.append(message.offset())
            if len(seen) == MESSAGES:
                has_all.set()

        consuming = asyncio.ensure_future(consumer.consume_messages(take, shutdown))
        async with asyncio.timeout(DEADLINE_S):
            await has_all.wait()
        await until_stored(client, stream, stored)
        shutdown.set()
        await consuming
        assert seen == list(range(MESSAGES))

    with_messages(iggy_address, test)


def test_without_committing_offsets_are_stored_by_hand(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        consumer = await consumer_of(await connect(iggy_address), stream, AutoCommit.Disabled())
        iterator = consumer.iter_messages()
        for _ in range(MESSAGES):
            await anext(iterator)
        whose = Whose(stream, "topic", 0, "group", is_group=True)
        assert await get_offset(client, whose) is None
        await consumer.store_offset(7, 0)
        assert await get_offset(client, whose) == 7
        assert consumer.get_last_stored_offset(0) == 7
        await consumer.delete_offset(0)
        assert await get_offset(client, whose) is None

    with_messages(iggy_address, test)


def test_two_consumers_share_a_topic(iggy_address: str) -> None:
    async def main() -> None:
        admin, stream = await connect(iggy_address), unique_name("stream")
        await admin.create_stream(stream)
        await admin.create_topic(stream, "topic", 4)
        mode = AutoCommit.When(AutoCommitWhen.PollingMessages())
        seen: list[bytes] = []
        has_all = asyncio.Event()

        async def take(message: ReceiveMessage) -> None:
            seen.append(message.payload())
            if len(seen) == 40:
                has_all.set()

        shutdown = asyncio.Event()
        consuming = [
            asyncio.ensure_future(consumer.consume_messages(take, shutdown))
            for consumer in [
                await consumer_of(await connect(iggy_address), stream, mode) for _ in range(2)
            ]
        ]
        for number in range(40):
            await admin.send_messages(stream, "topic", number % 4, [SendMessage(str(number))])
        async with asyncio.timeout(DEADLINE_S):
            await has_all.wait()
        shutdown.set()
        await asyncio.gather(*consuming)
        assert sorted(map(int, seen)) == list(range(40))
        await admin.delete_stream(stream)

    run(main)


def test_a_direct_producer_creates_what_is_missing_and_confirms(iggy_address: str) -> None:
    async def main() -> None:
        client, stream = await connect(iggy_address), unique_name("stream")
        producer = await client.producer(
            stream,
            "topic",
            Partitioning.partition_id(1),
            DirectProducerConfig(batch_length=4),
            topic_partitions_count=2,
        )
        async with producer:
            sent = await producer.send([SendMessage(str(number)) for number in range(10)])
            assert [each.base_offset for each in sent.confirmations] == [0, 4, 8]
            one = await producer.send_one(SendMessage("one"))
            assert one.confirmations[0].base_offset == 10
            elsewhere = await producer.send_with_partitioning(
                [SendMessage("elsewhere")], Partitioning.partition_id(0)
            )
            assert elsewhere.confirmations[0].partition_id == 0
        await client.delete_stream(stream)

    run(main)


@pytest.mark.parametrize("sharding", [ProducerSharding.ORDERED, ProducerSharding.BALANCED])
def test_a_background_producer_has_sent_all_when_it_is_shut_down(
    iggy_address: str, sharding: ProducerSharding
) -> None:
    async def main() -> None:
        client, stream = await connect(iggy_address), unique_name("stream")
        producer = await client.producer(
            stream,
            "topic",
            mode=BackgroundProducerConfig(num_shards=2, linger_time=SOON, sharding=sharding),
            topic_partitions_count=3,
        )
        for number in range(50):
            await producer.send_one(SendMessage(str(number)))
        await producer.shutdown()
        topic = await client.get_topic(stream, "topic")
        assert topic is not None
        assert topic.messages_count == 50
        await client.delete_stream(stream)

    run(main)
