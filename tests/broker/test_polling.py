"""What is sent and what each way of polling finds."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from apache_iggy import (
    Consumer,
    IggyClient,
    Partitioning,
    PollingStrategy,
    ReceiveMessage,
    SendMessage,
)

from tests.support.sdk import connect, run, unique_name


async def with_topic(address: str, partitions: int = 1) -> tuple[IggyClient, str]:
    client, stream = await connect(address), unique_name("stream")
    await client.create_stream(stream)
    await client.create_topic(stream, "topic", partitions)
    return client, stream


async def send(client: IggyClient, stream: str, *payloads: str, partition: int = 0) -> int:
    messages = [SendMessage(payload) for payload in payloads]
    sent = await client.send_messages(stream, "topic", partition, messages)
    return sent.confirmations[0].base_offset


async def poll(
    client: IggyClient,
    stream: str,
    strategy: PollingStrategy,
    *,
    count: int = 100,
    auto_commit: bool = False,
    partition: int = 0,
    consumer: str = "reader",
) -> list[ReceiveMessage]:
    return await client.poll_messages(
        stream,
        "topic",
        consumer=Consumer.Single(consumer),
        polling_strategy=strategy,
        count=count,
        auto_commit=auto_commit,
        partition_id=partition,
    )


def on_a_topic(
    address: str, test: Callable[[IggyClient, str], Awaitable[None]], partitions: int = 1
) -> None:
    async def main() -> None:
        client, stream = await with_topic(address, partitions)
        await test(client, stream)
        await client.delete_stream(stream)

    run(main)


def test_a_message_comes_back_as_it_went(iggy_address: str) -> None:
    headers = {"text": "ä", "bytes": b"\x00\xff", "flag": True, "small": 7, "large": -(2**40)}

    async def test(client: IggyClient, stream: str) -> None:
        before_us = time.time_ns() // 1000
        message = SendMessage(b"\x00payload\xff", id=2**100 + 1, user_headers=headers)
        await client.send_messages(stream, "topic", 0, [message, SendMessage("plain")])
        first, second = await poll(client, stream, PollingStrategy.First())
        assert first.payload() == b"\x00payload\xff"
        assert first.id() == 2**100 + 1
        received = first.user_headers()
        assert received is not None
        assert received.to_scalar_dict() == headers
        assert (first.offset(), second.offset()) == (0, 1)
        assert second.id() != 0
        assert not second.user_headers()
        assert before_us - 1_000_000 < first.timestamp() < before_us + 60_000_000
        assert first.checksum() != 0

    on_a_topic(iggy_address, test)


def test_each_strategy_finds_its_messages(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        assert await send(client, stream, "0", "1", "2") == 0
        await asyncio.sleep(0.002)
        middle_us = time.time_ns() // 1000
        await asyncio.sleep(0.002)
        assert await send(client, stream, "3", "4") == 3

        async def found(strategy: PollingStrategy, count: int) -> str:
            messages = await poll(client, stream, strategy, count=count)
            return "".join(message.payload().decode() for message in messages)

        assert await found(PollingStrategy.First(), 2) == "01"
        assert await found(PollingStrategy.First(), 100) == "01234"
        assert await found(PollingStrategy.Last(), 1) == "4"
        assert await found(PollingStrategy.Last(), 3) == "234"
        assert await found(PollingStrategy.Last(), 100) == "01234"
        assert await found(PollingStrategy.Offset(1), 3) == "123"
        assert await found(PollingStrategy.Offset(4), 3) == "4"
        assert await found(PollingStrategy.Offset(5), 3) == ""
        assert await found(PollingStrategy.Next(), 2) == "01"
        assert await found(PollingStrategy.Timestamp(0), 1) == "0"
        assert await found(PollingStrategy.Timestamp(middle_us), 100) == "34"
        assert await found(PollingStrategy.Timestamp(middle_us + 10**12), 100) == ""

    on_a_topic(iggy_address, test)


def test_next_goes_on_behind_what_was_committed(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        await send(client, stream, *"abcdef")

        async def following(*, commit: bool, consumer: str = "reader") -> list[int]:
            messages = await poll(
                client,
                stream,
                PollingStrategy.Next(),
                count=2,
                auto_commit=commit,
                consumer=consumer,
            )
            return [message.offset() for message in messages]

        assert await following(commit=False) == [0, 1]
        assert await following(commit=True) == [0, 1]
        assert await following(commit=True) == [2, 3]
        assert await following(commit=True, consumer="another") == [0, 1]
        assert await following(commit=True) == [4, 5]
        assert await following(commit=True) == []

    on_a_topic(iggy_address, test)


def test_committing_by_poll_never_goes_back(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        await send(client, stream, *"abcd")
        await poll(client, stream, PollingStrategy.Offset(0), count=4, auto_commit=True)
        await poll(client, stream, PollingStrategy.Offset(0), count=1, auto_commit=True)
        await send(client, stream, "e")
        messages = await poll(client, stream, PollingStrategy.Next())
        assert [message.offset() for message in messages] == [4]

    on_a_topic(iggy_address, test)


def test_partitions_are_apart(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        await send(client, stream, "zero", partition=0)
        await send(client, stream, "one", partition=1)
        for partition, payload in ((0, b"zero"), (1, b"one")):
            messages = await poll(client, stream, PollingStrategy.First(), partition=partition)
            assert [message.payload() for message in messages] == [payload]
        with pytest.raises(RuntimeError, match="not found"):
            await poll(client, stream, PollingStrategy.First(), partition=2)

    on_a_topic(iggy_address, test, partitions=2)


def test_balanced_and_keyed_sends_reach_all_partitions(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        for number in range(6):
            await client.send_messages(
                stream, "topic", Partitioning.balanced(), [SendMessage(str(number))]
            )
        topic = await client.get_topic(stream, "topic")
        assert topic is not None
        assert [partition.messages_count for partition in topic.partitions] == [2, 2, 2]
        sent = [
            await client.send_messages(
                stream, "topic", Partitioning.messages_key("key"), [SendMessage("same")]
            )
            for _ in range(3)
        ]
        assert len({each.confirmations[0].partition_id for each in sent}) == 1

    on_a_topic(iggy_address, test, partitions=3)


def test_a_poll_reads_across_batches_in_order(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        for size in (1, 1000, 7, 300):
            await send(client, stream, *["x" * 50] * size)
        offset = 0
        while messages := await poll(client, stream, PollingStrategy.Offset(offset), count=333):
            assert [message.offset() for message in messages] == list(
                range(offset, offset + len(messages))
            )
            offset += len(messages)
        assert offset == 1308

    on_a_topic(iggy_address, test)


def test_large_messages_pass(iggy_address: str) -> None:
    async def test(client: IggyClient, stream: str) -> None:
        payload = "0123456789abcdef" * (1024 * 1024)
        await send(client, stream, "small", payload, "small")
        found: list[int] = []
        while len(found) < 3:
            messages = await poll(client, stream, PollingStrategy.Offset(len(found)))
            assert messages
            found += [len(message.payload()) for message in messages]
        assert found == [5, len(payload), 5]

    on_a_topic(iggy_address, test)


def test_many_at_once_do_not_mix_up(iggy_address: str) -> None:
    async def main() -> None:
        admin, stream = await with_topic(iggy_address, partitions=4)

        async def write_and_read(partition: int) -> None:
            client = await connect(iggy_address)
            for batch in range(20):
                payloads = [f"{partition}-{batch}-{index}" for index in range(10)]
                await send(client, stream, *payloads, partition=partition)
            messages = await poll(
                client, stream, PollingStrategy.First(), count=1000, partition=partition
            )
            expected = [f"{partition}-{b}-{i}" for b in range(20) for i in range(10)]
            assert [message.payload().decode() for message in messages] == expected

        await asyncio.gather(*(write_and_read(partition) for partition in range(4)))
        await admin.delete_stream(stream)

    run(main)
