"""What was acknowledged is there after a SIGKILL, whatever it was."""

import random
import threading
from typing import NamedTuple

import pytest
from apache_iggy import (
    AutoLogin,
    Consumer,
    GlobalPermissions,
    Permissions,
    PollingStrategy,
    SendMessage,
    UserStatus,
)

from tests.support.broker import BrokerProcess
from tests.support.iggy_commands import Whose, get_offset, store_offset
from tests.support.raw_iggy import name
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

PERMISSIONS = Permissions(GlobalPermissions(read_streams=True))


def test_everything_survives_a_kill(broker: BrokerProcess) -> None:
    group = Whose("stream", "topic", 1, "group", is_group=True)
    single = group._replace(consumer="single", is_group=False)

    async def make() -> str:
        root = await connect(broker.address)
        await root.create_stream("stream")
        await root.create_topic("stream", "gone", 1)
        await root.create_topic("stream", "topic", 1, compression_algorithm="gzip")
        await root.delete_topic("stream", "gone")
        await root.create_partitions("stream", "topic", 1)
        await root.create_consumer_group("stream", "topic", "gone")
        await root.create_consumer_group("stream", "topic", "group")
        await root.delete_consumer_group("stream", "topic", "gone")
        await root.join_consumer_group("stream", "topic", "group")
        await root.send_messages("stream", "topic", 1, [SendMessage(str(n)) for n in range(10)])
        await store_offset(root, group, 7)
        await store_offset(root, single, 3)
        await root.create_user("somebody", "secret", UserStatus.Inactive, PERMISSIONS)
        await root.change_password("iggy", "iggy", "changed")
        token = await root.send_binary_request(42, name("token") + bytes(8))
        return token[1:].decode()

    async def look(token: str) -> None:
        for login in (
            AutoLogin.username_password("iggy", "changed"),
            AutoLogin.personal_access_token(token),
        ):
            root = await connect(broker.address, login=login)
        topics = await root.get_topics("stream")
        assert [(topic.id, topic.name, topic.partitions_count) for topic in topics] == [
            (1, "topic", 2)
        ]
        assert topics[0].compression_algorithm == "gzip"
        [kept] = await root.get_consumer_groups("stream", "topic")
        assert (kept.id, kept.name, kept.members_count) == (1, "group", 0)
        assert await get_offset(root, group) == 7
        assert await get_offset(root, single) == 3
        somebody = await root.get_user("somebody")
        assert somebody is not None
        assert (somebody.status, somebody.permissions) == (UserStatus.Inactive, PERMISSIONS)
        messages = await root.poll_messages(
            "stream",
            "topic",
            consumer=Consumer.Single("single"),
            polling_strategy=PollingStrategy.Next(),
            count=100,
            auto_commit=False,
            partition_id=1,
        )
        assert [message.payload() for message in messages] == [b"4", b"5", b"6", b"7", b"8", b"9"]
        await root.create_consumer_group("stream", "topic", "new")
        new = await root.get_consumer_group("stream", "topic", "new")
        assert new is not None
        assert new.id > 1
        await root.delete_consumer_group("stream", "topic", "new")

    token = run(make)
    for _ in range(2):
        broker.kill()
        broker.restart()
        run(lambda: look(token))


def test_what_was_deleted_or_purged_stays_so_and_leaves_no_files(broker: BrokerProcess) -> None:
    async def make() -> None:
        root = await connect(broker.address)
        for stream in ("deleted", "purged"):
            await root.create_stream(stream)
            await root.create_topic(stream, "topic", 2)
            await root.send_messages(stream, "topic", 0, [SendMessage("gone")])
        await root.delete_stream("deleted")
        await root.purge_stream("purged")

    async def look() -> None:
        root = await connect(broker.address)
        assert [stream.name for stream in await root.get_streams()] == ["purged"]
        topic = await root.get_topic("purged", "topic")
        assert topic is not None
        assert topic.messages_count == 0

    run(make)
    assert not list((broker.data_directory / "logs").rglob("*.log"))
    broker.kill()
    broker.restart()
    run(look)
    assert not list((broker.data_directory / "logs").rglob("*.log"))


class Acknowledged(NamedTuple):
    """What the broker has confirmed: the last message sent, the last offset stored."""

    sent: int
    stored: int


def test_no_acknowledged_message_or_offset_is_lost_under_load(broker: BrokerProcess) -> None:
    """Killed in the middle of sending, again and again."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201 - shown by pytest when the test fails
    rng = random.Random(seed)
    mine = Whose("stream", "topic", 0, "me")

    async def make() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1)

    async def send_until_killed(first: int) -> Acknowledged:
        client = await connect(broker.address)
        sent, stored = first - 1, -1
        try:
            while True:
                numbers = range(sent + 1, sent + 1 + rng.choice((1, 50, 1000)))
                messages = [SendMessage(f"{number:08}" * 25) for number in numbers]
                await client.send_messages("stream", "topic", 0, messages)
                sent = numbers[-1]
                await store_offset(client, mine, sent)
                stored = sent
        except RuntimeError:
            return Acknowledged(sent, stored)

    async def read_all(acknowledged: Acknowledged) -> int:
        client = await connect(broker.address)
        expected = 0
        while True:
            messages = await client.poll_messages(
                "stream",
                "topic",
                consumer=Consumer.Single("checker"),
                polling_strategy=PollingStrategy.Offset(expected),
                count=5000,
                auto_commit=False,
                partition_id=0,
            )
            if not messages:
                break
            for message in messages:
                assert message.offset() == expected
                assert message.payload() == f"{expected:08}".encode() * 25
                expected += 1
        assert expected > acknowledged.sent
        assert (await get_offset(client, mine) or 0) >= acknowledged.stored
        return expected

    run(make)
    first = 0
    for _ in range(4):
        killer = threading.Timer(rng.uniform(0.05, 0.4), broker.kill)
        killer.start()
        next_message = first
        acknowledged = run(lambda: send_until_killed(next_message))  # noqa: B023 - runs at once
        killer.join()
        broker.restart()
        first = run(lambda: read_all(acknowledged))  # noqa: B023 - runs at once
    assert first > 0


def test_a_torn_tail_is_cut_off_reported_and_never_served(broker: BrokerProcess) -> None:
    async def make() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1)
        for text in ("whole", "torn"):
            await client.send_messages("stream", "topic", 0, [SendMessage(text)])

    async def look() -> list[bytes]:
        client = await connect(broker.address)
        messages = await client.poll_messages(
            "stream",
            "topic",
            consumer=Consumer.Single("me"),
            polling_strategy=PollingStrategy.First(),
            count=100,
            auto_commit=False,
            partition_id=0,
        )
        return [message.payload() for message in messages]

    run(make)
    broker.kill()
    [segment] = (broker.data_directory / "logs").rglob("*.log")
    segment.write_bytes(segment.read_bytes()[:-3])
    broker.restart()
    assert f"Cut {256 + 48 + 1} bytes" in broker.output()
    assert str(segment) in broker.output()
    assert run(look) == [b"whole"]
