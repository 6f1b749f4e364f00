"""Topics of numbers in order, so that what is lost, repeated or out of order can be told."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from apache_iggy import Consumer, PollingStrategy, SendMessage

from tests.support.iggy_commands import Whose, get_offset
from tests.support.sdk import connect, run

TOPIC = "numbers"
_CHUNK = 1000


class Recorded(NamedTuple):
    """One batch as a `RecordingSink` wrote it down."""

    partition: int
    offsets: list[int]
    values: list[int]


def create_numbers(
    address: str, stream: str, numbers: Iterable[int] = (), *, partitions: int = 1
) -> None:
    """Create a stream with the topic, and send numbers, in turns over the partitions."""

    async def create() -> None:
        client = await connect(address)
        await client.create_stream(stream)
        await client.create_topic(stream, TOPIC, partitions)

    run(create)
    send_numbers(address, stream, numbers, partitions=partitions)


def send_numbers(address: str, stream: str, numbers: Iterable[int], *, partitions: int = 1) -> None:
    """Send numbers, in turns over the partitions."""
    send_texts(address, stream, [str(number) for number in numbers], partitions=partitions)


def send_texts(address: str, stream: str, texts: list[str], *, partitions: int = 1) -> None:
    """Send any payloads, in turns over the partitions."""

    async def send() -> None:
        client = await connect(address)
        for partition in range(partitions):
            own = texts[partition::partitions]
            for start in range(0, len(own), _CHUNK):
                messages = [SendMessage(text) for text in own[start : start + _CHUNK]]
                await client.send_messages(stream, TOPIC, partition, messages)

    run(send)


def read_numbers(address: str, stream: str) -> list[int]:
    """Return what is in the topic's first partition."""
    return [int(text) for text in read_texts(address, stream)]


def read_texts(address: str, stream: str) -> list[str]:
    """Return what is in the topic's first partition; nothing while there is no such topic."""

    async def read() -> list[str]:
        client = await connect(address)
        details = await client.get_topic(stream, TOPIC)
        count = details.messages_count if details is not None else 0
        found: list[str] = []
        while len(found) < count:
            polled = await client.poll_messages(
                stream,
                TOPIC,
                consumer=Consumer.Single("test"),
                partition_id=0,
                polling_strategy=PollingStrategy.Offset(len(found)),
                count=min(_CHUNK, count - len(found)),
                auto_commit=False,
            )
            found += [message.payload().decode() for message in polled]
        return found

    return run(read)


def stored_offset(address: str, stream: str, key: str) -> int | None:
    """Return what the server has stored for a sink's group on the topic's first partition."""

    async def read() -> int | None:
        client = await connect(address)
        group = f"iggy-connect-sink-{key}"
        if await client.get_consumer_group(stream, TOPIC, group) is None:
            return None
        return await get_offset(client, Whose(stream, TOPIC, 0, group, is_group=True))

    return run(read)


def recorded(record: Path) -> list[Recorded]:
    """Return what a `RecordingSink` has written down, batch by batch."""
    if not record.exists():
        return []
    lines = record.read_text().splitlines(keepends=True)
    return [Recorded(*json.loads(line)) for line in lines if line.endswith("\n")]


def recorded_values(record: Path) -> list[int]:
    """Return all values that were written down, in order."""
    return [value for batch in recorded(record) for value in batch.values]
