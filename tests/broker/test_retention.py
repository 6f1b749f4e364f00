"""Messages go when they are too old, or when their topic has grown too large."""

import asyncio
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from apache_iggy import (
    Consumer,
    IggyClient,
    IggyExpiry,
    MaxTopicSize,
    PollingStrategy,
    SendMessage,
    TopicDetails,
)

from tests.support.broker import BrokerProcess
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

MIB = 1024 * 1024
DEADLINE_S = 10.0


async def until(client: IggyClient, condition: Callable[[TopicDetails], bool]) -> TopicDetails:
    deadline_s = time.monotonic() + DEADLINE_S
    while True:
        topic = await client.get_topic("stream", "topic")
        assert topic is not None
        if condition(topic):
            return topic
        assert time.monotonic() < deadline_s, topic.size
        await asyncio.sleep(0.02)


async def first_offset(client: IggyClient) -> int:
    messages = await client.poll_messages(
        "stream",
        "topic",
        consumer=Consumer.Single("me"),
        polling_strategy=PollingStrategy.Offset(0),
        count=1,
        auto_commit=False,
        partition_id=0,
    )
    return messages[0].offset()


def test_the_oldest_segments_go_when_a_topic_is_too_large(broker: BrokerProcess) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic(
            "stream",
            "topic",
            1,
            segment_size=MIB,
            max_topic_size=MaxTopicSize.Custom(2 * MIB),
        )
        for _ in range(10):
            await client.send_messages("stream", "topic", 0, [SendMessage("x" * (MIB // 2))])
        topic = await until(client, lambda topic: topic.size <= 2 * MIB)
        assert 0 < topic.messages_count < 10
        assert topic.partitions[0].current_offset == 9
        assert await first_offset(client) == 10 - topic.messages_count

    run(main)
    broker.kill()
    broker.restart()

    async def after() -> None:
        client = await connect(broker.address)
        sent = await client.send_messages("stream", "topic", 0, [SendMessage("next")])
        assert sent.confirmations[0].base_offset == 10

    run(after)


def test_what_is_too_old_goes_and_offsets_go_on(broker: BrokerProcess) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic(
            "stream",
            "topic",
            1,
            message_expiry=IggyExpiry.ExpireDuration(timedelta(milliseconds=50)),
        )
        await client.send_messages("stream", "topic", 0, [SendMessage("old")] * 5)
        await until(client, lambda topic: topic.messages_count == 0)
        sent = await client.send_messages("stream", "topic", 0, [SendMessage("new")])
        assert sent.confirmations[0].base_offset == 5
        assert await first_offset(client) == 5

    run(main)
