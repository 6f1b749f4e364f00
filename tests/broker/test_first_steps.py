"""The way of a message through the broker, with the SDK alone."""

from apache_iggy import Consumer, PollingStrategy, SendMessage

from tests.support.broker import BrokerProcess
from tests.support.sdk import connect, run, unique_name


def test_what_was_sent_is_polled(iggy_address: str) -> None:
    stream = unique_name("first-steps")

    async def main() -> list[tuple[int, bytes]]:
        client = await connect(iggy_address)
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", partitions_count=1)
        await client.send_messages(stream, "topic", 0, [SendMessage("one"), SendMessage("two")])
        messages = await client.poll_messages(
            stream,
            "topic",
            consumer=Consumer.Single("reader"),
            polling_strategy=PollingStrategy.First(),
            count=10,
            auto_commit=False,
            partition_id=0,
        )
        await client.delete_stream(stream)
        return [(message.offset(), message.payload()) for message in messages]

    assert run(main) == [(0, b"one"), (1, b"two")]


def test_what_was_acknowledged_survives_a_kill(broker: BrokerProcess) -> None:
    async def send() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", partitions_count=1)
        await client.send_messages("stream", "topic", 0, [SendMessage("kept")])

    async def poll() -> list[bytes]:
        client = await connect(broker.address)
        messages = await client.poll_messages(
            "stream",
            "topic",
            consumer=Consumer.Single("reader"),
            polling_strategy=PollingStrategy.Next(),
            count=10,
            auto_commit=False,
            partition_id=0,
        )
        return [message.payload() for message in messages]

    run(send)
    broker.kill()
    broker.restart()
    assert run(poll) == [b"kept"]
