"""With IGGY_BROKER_CRASH=server a SIGKILL costs what it costs on the real server."""

import pytest
from apache_iggy import Consumer, Durability, IggyClient, PollingStrategy, SendMessage

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.iggy_commands import Whose, get_offset, store_offset, sync
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

MINE = Whose("stream", "topic", 0, "me")


@pytest.fixture
def fragile(start_broker: StartBroker) -> BrokerProcess:
    return start_broker(IGGY_BROKER_CRASH="server")


def crash(broker: BrokerProcess) -> None:
    broker.kill()
    broker.restart()


def make_topic(broker: BrokerProcess, durability: Durability | None = None) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1, durability=durability)

    run(main)


def send(broker: BrokerProcess, count: int, *, batch: int = 100) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        for _ in range(count // batch):
            await client.send_messages("stream", "topic", 0, [SendMessage("x")] * batch)

    run(main)


def message_count(broker: BrokerProcess) -> int:
    async def main() -> int:
        topic = await (await connect(broker.address)).get_topic("stream", "topic")
        assert topic is not None
        return topic.messages_count

    return run(main)


def store(broker: BrokerProcess, offset: int) -> None:
    async def main() -> None:
        await store_offset(await connect(broker.address), MINE, offset)

    run(main)


def stored(broker: BrokerProcess) -> int | None:
    async def main() -> int | None:
        return await get_offset(await connect(broker.address), MINE)

    return run(main)


def poll_next(broker: BrokerProcess) -> list[int]:
    async def main() -> list[int]:
        messages = await (await connect(broker.address)).poll_messages(
            "stream",
            "topic",
            consumer=Consumer.Single("me"),
            polling_strategy=PollingStrategy.Next(),
            count=3,
            auto_commit=False,
            partition_id=0,
        )
        return [message.offset() for message in messages]

    return run(main)


@pytest.mark.parametrize(("sent", "left"), [(500, 0), (1500, 1100), (1000, 0), (2300, 2200)])
def test_what_was_not_written_out_is_gone(fragile: BrokerProcess, sent: int, left: int) -> None:
    make_topic(fragile)
    send(fragile, sent)
    crash(fragile)
    assert message_count(fragile) == left
    send(fragile, 100)
    assert message_count(fragile) == left + 100


def test_what_was_there_at_the_last_start_stays(fragile: BrokerProcess) -> None:
    make_topic(fragile)
    send(fragile, 500)
    assert fragile.terminate() == 0
    fragile.restart()
    send(fragile, 300)
    crash(fragile)
    assert message_count(fragile) == 500


def test_a_persisted_topic_loses_nothing(fragile: BrokerProcess) -> None:
    make_topic(fragile, Durability.PERSISTED)
    send(fragile, 500)
    crash(fragile)
    assert message_count(fragile) == 500


def test_without_the_setting_nothing_is_lost(broker: BrokerProcess) -> None:
    make_topic(broker)
    send(broker, 500)
    store(broker, 499)
    crash(broker)
    assert message_count(broker) == 500
    assert stored(broker) == 499


def test_stored_offsets_are_cut_to_the_new_end_in_memory_only(fragile: BrokerProcess) -> None:
    make_topic(fragile)
    send(fragile, 1500)
    store(fragile, 1400)
    crash(fragile)
    assert stored(fragile) == 1099
    send(fragile, 2000)
    crash(fragile)
    assert stored(fragile) == 1400


def test_an_offset_stored_after_the_crash_is_the_one_that_counts(fragile: BrokerProcess) -> None:
    make_topic(fragile)
    send(fragile, 1500)
    store(fragile, 1400)
    crash(fragile)
    store(fragile, 1099)
    send(fragile, 2000)
    crash(fragile)
    assert stored(fragile) == 1099


def test_a_partition_that_lost_everything_skips_its_first_new_message(
    fragile: BrokerProcess,
) -> None:
    make_topic(fragile)
    send(fragile, 500)
    store(fragile, 400)
    crash(fragile)
    assert stored(fragile) == 0
    send(fragile, 3, batch=3)
    assert poll_next(fragile) == [1, 2]


def test_dead_members_keep_their_partitions_until_their_group_is_deleted(
    fragile: BrokerProcess,
) -> None:
    make_topic(fragile)

    async def join() -> IggyClient:
        client = await connect(fragile.address)
        await client.join_consumer_group("stream", "topic", "group")
        return client

    async def before() -> None:
        client = await connect(fragile.address)
        await client.create_consumer_group("stream", "topic", "group")
        member, leaver = await join(), await join()
        await leaver.leave_consumer_group("stream", "topic", "group")
        assert await sync(member, "stream", "topic", "group") is not None
        fragile.kill()

    async def after() -> None:
        client = await join()
        group = await client.get_consumer_group("stream", "topic", "group")
        assert group is not None
        assert group.members_count == 2
        assignment = await sync(client, "stream", "topic", "group")
        assert assignment is not None
        assert assignment[1] == []
        await client.delete_consumer_group("stream", "topic", "group")
        await client.create_consumer_group("stream", "topic", "group")
        await client.join_consumer_group("stream", "topic", "group")
        assignment = await sync(client, "stream", "topic", "group")
        assert assignment is not None
        assert assignment[1] == [0]

    run(before)
    fragile.restart()
    run(after)


def test_a_planned_stop_leaves_no_dead_members(start_broker: StartBroker) -> None:
    fragile = start_broker(settings={"stop_after_s": 0.1}, IGGY_BROKER_CRASH="server")
    make_topic(fragile)

    async def before() -> None:
        client = await connect(fragile.address)
        await client.create_consumer_group("stream", "topic", "group")
        await client.join_consumer_group("stream", "topic", "group")
        assert fragile.terminate() == 0

    async def after() -> None:
        client = await connect(fragile.address)
        group = await client.get_consumer_group("stream", "topic", "group")
        assert group is not None
        assert group.members_count == 0

    run(before)
    fragile.restart()
    run(after)
