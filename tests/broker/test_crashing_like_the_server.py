"""With IGGY_BROKER_CRASH=server a SIGKILL costs what it costs on the real server.

What does not need the development broker's own settings can be tried on a real one.
"""

from contextlib import suppress

import pytest
from apache_iggy import Consumer, Durability, IggyClient, PollingStrategy, SendMessage

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.iggy_commands import Whose, get_offset, store_offset, sync
from tests.support.killable_server import KillableServer
from tests.support.sdk import connect, run, unique_name

STREAM = unique_name("crashing")
MINE = Whose(STREAM, "topic", 0, "me")


def crash(broker: KillableServer) -> None:
    broker.kill()
    broker.restart()


def make_topic(broker: KillableServer, durability: Durability | None = None) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        with suppress(RuntimeError):
            await client.delete_stream(STREAM)
        await client.create_stream(STREAM)
        await client.create_topic(STREAM, "topic", 1, durability=durability)

    run(main)


def send(broker: KillableServer, count: int, *, batch: int = 100) -> None:
    async def main() -> None:
        client = await connect(broker.address)
        for _ in range(count // batch):
            await client.send_messages(STREAM, "topic", 0, [SendMessage("x")] * batch)

    run(main)


def message_count(broker: KillableServer) -> int:
    async def main() -> int:
        topic = await (await connect(broker.address)).get_topic(STREAM, "topic")
        assert topic is not None
        return topic.messages_count

    return run(main)


def store(broker: KillableServer, offset: int) -> None:
    async def main() -> None:
        await store_offset(await connect(broker.address), MINE, offset)

    run(main)


def stored(broker: KillableServer) -> int | None:
    async def main() -> int | None:
        return await get_offset(await connect(broker.address), MINE)

    return run(main)


def poll_next(broker: KillableServer) -> list[int]:
    async def main() -> list[int]:
        messages = await (await connect(broker.address)).poll_messages(
            STREAM,
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
def test_what_was_not_written_out_is_gone(
    killable_server: KillableServer, sent: int, left: int
) -> None:
    make_topic(killable_server)
    send(killable_server, sent)
    crash(killable_server)
    assert message_count(killable_server) == left
    send(killable_server, 100)
    assert message_count(killable_server) == left + 100


def test_what_was_there_at_the_last_start_stays(killable_server: KillableServer) -> None:
    make_topic(killable_server)
    send(killable_server, 500)
    killable_server.terminate()
    killable_server.restart()
    send(killable_server, 300)
    crash(killable_server)
    assert message_count(killable_server) == 500


def test_a_persisted_topic_loses_nothing(killable_server: KillableServer) -> None:
    make_topic(killable_server, Durability.PERSISTED)
    send(killable_server, 500)
    crash(killable_server)
    assert message_count(killable_server) == 500


@pytest.mark.broker_only
def test_without_the_setting_nothing_is_lost(broker: BrokerProcess) -> None:
    make_topic(broker)
    send(broker, 500)
    store(broker, 499)
    crash(broker)
    assert message_count(broker) == 500
    assert stored(broker) == 499


def test_stored_offsets_are_cut_to_the_new_end_in_memory_only(
    killable_server: KillableServer,
) -> None:
    make_topic(killable_server)
    send(killable_server, 1500)
    store(killable_server, 1400)
    crash(killable_server)
    assert stored(killable_server) == 1099
    send(killable_server, 2000)
    crash(killable_server)
    assert stored(killable_server) == 1400


def test_an_offset_stored_after_the_crash_is_the_one_that_counts(
    killable_server: KillableServer,
) -> None:
    make_topic(killable_server)
    send(killable_server, 1500)
    store(killable_server, 1400)
    crash(killable_server)
    store(killable_server, 1099)
    send(killable_server, 2000)
    crash(killable_server)
    assert stored(killable_server) == 1099


def test_a_partition_that_lost_everything_skips_its_first_new_message(
    killable_server: KillableServer,
) -> None:
    make_topic(killable_server)
    send(killable_server, 500)
    store(killable_server, 400)
    crash(killable_server)
    assert stored(killable_server) == 0
    send(killable_server, 3, batch=3)
    assert poll_next(killable_server) == [1, 2]


def test_dead_members_keep_their_partitions_until_their_group_is_deleted(
    killable_server: KillableServer,
) -> None:
    make_topic(killable_server)

    async def join() -> IggyClient:
        client = await connect(killable_server.address)
        await client.join_consumer_group(STREAM, "topic", "group")
        return client

    async def before() -> None:
        client = await connect(killable_server.address)
        await client.create_consumer_group(STREAM, "topic", "group")
        member, leaver = await join(), await join()
        await leaver.leave_consumer_group(STREAM, "topic", "group")
        assert await sync(member, STREAM, "topic", "group") is not None
        killable_server.kill()

    async def after() -> None:
        client = await join()
        group = await client.get_consumer_group(STREAM, "topic", "group")
        assert group is not None
        assert group.members_count == 2
        assignment = await sync(client, STREAM, "topic", "group")
        assert assignment is not None
        assert assignment[1] == []
        await client.delete_consumer_group(STREAM, "topic", "group")
        await client.create_consumer_group(STREAM, "topic", "group")
        await client.join_consumer_group(STREAM, "topic", "group")
        assignment = await sync(client, STREAM, "topic", "group")
        assert assignment is not None
        assert assignment[1] == [0]

    run(before)
    killable_server.restart()
    run(after)


@pytest.mark.broker_only
def test_a_planned_stop_leaves_no_dead_members(start_broker: StartBroker) -> None:
    fragile = start_broker(settings={"stop_after_s": 0.1}, IGGY_BROKER_CRASH="server")
    make_topic(fragile)

    async def before() -> None:
        client = await connect(fragile.address)
        await client.create_consumer_group(STREAM, "topic", "group")
        await client.join_consumer_group(STREAM, "topic", "group")
        assert fragile.terminate() == 0

    async def after() -> None:
        client = await connect(fragile.address)
        group = await client.get_consumer_group(STREAM, "topic", "group")
        assert group is not None
        assert group.members_count == 0

    run(before)
    fragile.restart()
    run(after)
