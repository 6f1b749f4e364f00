"""The SDK without a runtime around it: what it reaches is what the pipelines are measured by."""

import itertools
import time
from datetime import timedelta

from apache_iggy import (
    AutoLogin,
    Consumer,
    Durability,
    IggyClient,
    PollingStrategy,
    SendMessage,
    TcpConfig,
    TcpReconnectionConfig,
)

from bench.workload import MESSAGES, PARTITIONS, PAYLOAD_BYTES, STREAM, payload_text


async def connect(address: str) -> IggyClient:
    """Return a client that is logged in."""
    client = IggyClient(
        TcpConfig(
            server_address=address,
            auto_login=AutoLogin.username_password("iggy", "iggy"),
            reconnection=TcpReconnectionConfig(enabled=False),
            heartbeat_interval=timedelta(minutes=10),
            nodelay=True,
        )
    )
    await client.connect()
    return client


async def create_topic(client: IggyClient, topic: str, partitions: int = PARTITIONS) -> None:
    """Create a topic as durable as those that the runtime creates."""
    if await client.get_stream(STREAM) is None:
        await client.create_stream(STREAM)
    await client.create_topic(STREAM, topic, partitions, durability=Durability.PERSISTED)


async def message_count(client: IggyClient, topic: str) -> int:
    """Return how many messages a topic has; 0 while it is not there."""
    details = await client.get_topic(STREAM, topic)
    return 0 if details is None else details.messages_count


async def fill(client: IggyClient, topic: str, messages: int) -> None:
    """Spread so many messages evenly over all partitions."""
    batch = _fresh_messages(payload_text())
    for call in range(messages // MESSAGES):
        await client.send_messages(STREAM, topic, call % PARTITIONS, batch)


async def send_rate(client: IggyClient, topic: str, seconds: float) -> float:
    """Send fresh messages for so long; return messages per second."""
    payload, calls, started_s = payload_text(), 0, time.perf_counter()
    while (spent_s := time.perf_counter() - started_s) < seconds:
        messages = _fresh_messages(payload)
        await client.send_messages(STREAM, topic, calls % PARTITIONS, messages)
        calls += 1
    return calls * MESSAGES / spent_s


async def poll_rate(client: IggyClient, topic: str, seconds: float) -> float:
    """Poll what `fill` sent, and read each payload, for so long; return messages per second."""
    calls, started_s = 0, time.perf_counter()
    places = itertools.cycle(
        itertools.product(range(await _batches(client, topic)), range(PARTITIONS))
    )
    while (spent_s := time.perf_counter() - started_s) < seconds:
        batch, partition_id = next(places)
        messages = await client.poll_messages(
            STREAM,
            topic,
            consumer=Consumer.Single("bench"),
            polling_strategy=PollingStrategy.Offset(batch * MESSAGES),
            count=MESSAGES,
            auto_commit=False,
            partition_id=partition_id,
        )
        assert sum(len(message.payload()) for message in messages) == MESSAGES * PAYLOAD_BYTES
        calls += 1
    return calls * MESSAGES / spent_s


async def _batches(client: IggyClient, topic: str) -> int:
    return await message_count(client, topic) // (PARTITIONS * MESSAGES)


def _fresh_messages(payload: str) -> list[SendMessage]:
    return [SendMessage(payload) for _ in range(MESSAGES)]
