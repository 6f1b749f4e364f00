"""How much a sink holds that it cannot deliver: three fetches of some MiB, however much waits."""

from apache_iggy import SendMessage

from actors.core import Ref, tell
from actors.data_path import BatchWritten, Demand, FetchReady
from actors.iggy.iggy_consumer import IggyConsumer
from actors.services import Services
from tests.actors.iggy.connecting import iggy_config
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe
from tests.support.sdk import connect, run

FETCHES = 3
MOST_MESSAGES = FETCHES * 10_000
MOST_BYTES = FETCHES * 4 * 1024 * 1024
MESSAGE_BYTES = 8 * 1024
PARTITIONS = 4
WAITING_EACH = 1200


def fill(topic: Topic) -> None:
    async def send() -> None:
        client = await connect(topic.address)
        messages = [SendMessage("x" * MESSAGE_BYTES) for _ in range(WAITING_EACH)]
        for partition in range(PARTITIONS):
            await client.send_messages(topic.where.stream, topic.where.topic, partition, messages)

    run(send)


def confirm(consumer: Ref, ready: FetchReady) -> None:
    """Be a sink that takes a million messages a second."""
    fetch = ready.fetch
    written = BatchWritten(
        tenure=fetch.tenure,
        partition_id=fetch.partition_id,
        offset=fetch.messages[-1].offset(),
        messages=len(fetch.messages),
        batches=1,
        took_s=len(fetch.messages) / 1e6,
    )
    tell(consumer, written)


def test_a_fast_sink_that_goes_down_holds_at_most_three_fetches_of_4_mib(
    services: Services, timer: ManualTimer, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=PARTITIONS)
    fill(topic)
    parent, sink = Probe(), Probe()
    consumer = IggyConsumer.start(
        parent.lineage("consumer"),
        services=services,
        iggy=iggy_config(iggy_address),
        where=topic.where,
        batch_length=1000,
        poll_interval_s=0.005,
    )
    for _ in range(FETCHES):
        tell(consumer, Demand(sink=sink.ref, fetches=1))
        confirm(consumer, sink.expect(FetchReady))
    tell(consumer, Demand(sink=sink.ref, fetches=FETCHES))
    held = [sink.expect(FetchReady)]
    for _ in range(20):
        timer.wait_for_scheduled(object)
        timer.advance(0.2)
    timer.wait_for_scheduled(object)
    sink.ref.tell("four seconds later")
    while not isinstance(message := sink.expect_next(object), str):
        assert isinstance(message, FetchReady)
        held.append(message)
    sizes = [len(message.payload()) for ready in held for message in ready.fetch.messages]
    assert len(held) == FETCHES
    assert len(sizes) <= MOST_MESSAGES
    assert MOST_BYTES / 2 < sum(sizes) <= MOST_BYTES
