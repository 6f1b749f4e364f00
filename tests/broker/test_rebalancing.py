"""Several clients in one group: who reads what, and how partitions change hands."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import pytest
from apache_iggy import Consumer, IggyClient, PollingStrategy, SendMessage

from tests.support.broker import StartBroker
from tests.support.iggy_commands import Whose, get_offset, store_offset, sync
from tests.support.sdk import connect, run, unique_name

DEADLINE_S = 10.0


class Members:
    """Clients of one server in one group of one topic."""

    def __init__(self, address: str, stream: str) -> None:
        self.address = address
        self.stream = stream

    async def join(self, *, heartbeat_s: float = 5.0) -> IggyClient:
        client = await connect(self.address, heartbeat_s=heartbeat_s)
        await client.join_consumer_group(self.stream, "topic", "group")
        return client

    async def leave(self, client: IggyClient) -> None:
        await client.leave_consumer_group(self.stream, "topic", "group")

    async def partitions(self, client: IggyClient) -> list[int] | None:
        assignment = await sync(client, self.stream, "topic", "group")
        return None if assignment is None else assignment[1]

    async def until_partitions(self, client: IggyClient, expected: list[int]) -> float:
        """Wait for an assignment and return how long that took, in seconds."""
        start_s = time.monotonic()
        while (found := await self.partitions(client)) != expected:
            assert time.monotonic() - start_s < DEADLINE_S, found
            await asyncio.sleep(0.01)
        return time.monotonic() - start_s

    async def poll(self, client: IggyClient, partition: int | None = None) -> list[int]:
        """Poll from the beginning and return the offsets."""
        messages = await client.poll_messages(
            self.stream,
            "topic",
            consumer=Consumer.Group("group"),
            polling_strategy=PollingStrategy.Offset(0),
            count=100,
            auto_commit=False,
            partition_id=partition,
        )
        return [message.offset() for message in messages]

    async def store(self, client: IggyClient, partition: int, offset: int) -> None:
        await store_offset(client, self.offset_of(partition), offset)

    def offset_of(self, partition: int) -> Whose:
        return Whose(self.stream, "topic", partition, "group", is_group=True)


def in_a_group(
    address: str, test: Callable[[Members, IggyClient], Awaitable[None]], partitions: int = 2
) -> None:
    """Run a test with a group on a topic whose partitions have ten messages each."""

    async def main() -> None:
        admin, stream = await connect(address), unique_name("stream")
        await admin.create_stream(stream)
        await admin.create_topic(stream, "topic", partitions)
        for partition in range(partitions):
            messages = [SendMessage(f"of {partition}") for _ in range(10)]
            await admin.send_messages(stream, "topic", partition, messages)
        await admin.create_consumer_group(stream, "topic", "group")
        await test(Members(address, stream), admin)
        await admin.delete_stream(stream)

    run(main)


def test_partitions_are_shared_among_the_members(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        clients = [await members.join() for _ in range(3)]
        shares = [await members.partitions(client) or [] for client in clients]
        assert sorted(map(len, shares)) == [1, 1, 2]
        assert sorted(partition for share in shares for partition in share) == [0, 1, 2, 3]
        group = await admin.get_consumer_group(members.stream, "topic", "group")
        assert group is not None
        assert (group.members_count, group.partitions_count) == (3, 4)
        assert sorted(sorted(member.partitions) for member in group.members) == sorted(shares)

    in_a_group(iggy_address, test, partitions=4)


def test_who_is_no_member_is_told_so(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        assert await members.partitions(admin) is None
        assert await members.poll(admin, partition=0) == []
        with pytest.raises(RuntimeError, match="was not found"):
            await members.poll(admin)
        with pytest.raises(RuntimeError, match="was not found"):
            await members.leave(admin)

    in_a_group(iggy_address, test)


def test_a_partition_of_another_member_gives_nothing(iggy_address: str) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first, second = await members.join(), await members.join()
        mine, yours = await members.partitions(first), await members.partitions(second)
        assert mine is not None
        assert yours is not None
        assert await members.poll(first, mine[0]) == list(range(10))
        assert await members.poll(first, yours[0]) == []

    in_a_group(iggy_address, test)


def test_a_partition_nobody_reads_from_moves_at_once(iggy_address: str) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first = await members.join()
        assert await members.partitions(first) == [0, 1]
        second = await members.join()
        assert len(await members.partitions(second) or []) == 1

    in_a_group(iggy_address, test)


def test_a_partition_in_use_moves_when_its_owner_has_stored_all_it_was_served(
    iggy_address: str,
) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first = await members.join()
        await members.partitions(first)
        for partition in (0, 1):
            assert await members.poll(first, partition) == list(range(10))
        second = await members.join()
        assert await members.partitions(second) == []
        kept = await members.partitions(first)
        assert kept is not None
        assert len(kept) == 1
        [moving] = {0, 1} - set(kept)
        assert await members.poll(first, moving) == []
        await members.store(first, moving, 5)
        assert await members.partitions(second) == []
        await members.store(first, moving, 9)
        await members.until_partitions(second, [moving])
        with pytest.raises(RuntimeError, match="not found"):
            await members.store(first, moving, 9)
        assert await get_offset(second, members.offset_of(moving)) == 9

    in_a_group(iggy_address, test)


@pytest.mark.broker_only
def test_a_partition_that_is_not_finished_moves_when_time_is_up(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT="600ms")

    async def test(members: Members, _: IggyClient) -> None:
        first = await members.join()
        for partition in (0, 1):
            await members.poll(first, partition)
            await members.poll(first, partition)
        joined_s = time.monotonic()
        second = await members.join()
        assert await members.partitions(second) == []
        kept = await members.partitions(first)
        assert kept is not None
        [moving] = {0, 1} - set(kept)
        await members.until_partitions(second, [moving])
        assert time.monotonic() - joined_s >= 0.6
        with pytest.raises(RuntimeError, match="not found"):
            await members.store(first, moving, 9)

    in_a_group(broker.address, test)


def test_a_purge_ends_the_waiting_for_what_is_gone(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        first = await members.join()
        await members.partitions(first)
        for partition in (0, 1):
            await members.poll(first, partition)
        second = await members.join()
        assert await members.partitions(second) == []
        await admin.purge_topic(members.stream, "topic")
        assert len(await members.partitions(second) or []) == 1

    in_a_group(iggy_address, test)


def test_a_leave_moves_partitions_at_once(iggy_address: str) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first, second = await members.join(), await members.join()
        for partition in await members.partitions(first) or []:
            await members.poll(first, partition)
        await members.leave(first)
        assert await members.partitions(first) is None
        await members.until_partitions(second, [0, 1])

    in_a_group(iggy_address, test)


def test_a_lost_connection_is_a_leave(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        first, second = await members.join(), await members.join()
        for partition in await members.partitions(first) or []:
            await members.poll(first, partition)
        del first
        await members.until_partitions(second, [0, 1])
        group = await admin.get_consumer_group(members.stream, "topic", "group")
        assert group is not None
        assert group.members_count == 1

    in_a_group(iggy_address, test)


def test_a_logout_is_a_leave(iggy_address: str) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first, second = await members.join(), await members.join()
        await first.logout_user()
        await members.until_partitions(second, [0, 1])

    in_a_group(iggy_address, test)


def test_new_partitions_are_shared_too(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        first, second = await members.join(), await members.join()
        await admin.create_partitions(members.stream, "topic", 2)
        shares = [await members.partitions(client) or [] for client in (first, second)]
        assert sorted(map(len, shares)) == [2, 2]
        await admin.delete_partitions(members.stream, "topic", 3)
        shares = [await members.partitions(client) or [] for client in (first, second)]
        assert sorted(shares) == [[], [0]]

    in_a_group(iggy_address, test)


def test_every_change_is_a_new_generation(iggy_address: str) -> None:
    async def test(members: Members, _: IggyClient) -> None:
        first = await members.join()

        async def generation() -> int:
            assignment = await sync(first, members.stream, "topic", "group")
            assert assignment is not None
            return assignment[0]

        alone = await generation()
        second = await members.join()
        together = await generation()
        await members.leave(second)
        assert alone < together < await generation()

    in_a_group(iggy_address, test)


@pytest.mark.broker_only
def test_who_gains_a_partition_learns_of_it_by_polling(iggy_address: str) -> None:
    """Long before the heartbeat: the next poll says that the assignment has changed."""

    async def test(members: Members, _: IggyClient) -> None:
        first = await members.join(heartbeat_s=60)
        second = await members.join(heartbeat_s=60)
        assert await members.poll(first) == list(range(10))
        await members.leave(second)
        deadline_s = time.monotonic() + DEADLINE_S
        seen: set[bytes] = set()
        while seen != {b"of 0", b"of 1"}:
            assert time.monotonic() < deadline_s
            messages = await first.poll_messages(
                members.stream,
                "topic",
                consumer=Consumer.Group("group"),
                polling_strategy=PollingStrategy.First(),
                count=1,
                auto_commit=False,
            )
            seen |= {message.payload() for message in messages}

    in_a_group(iggy_address, test)


def test_group_names_are_taken_once_and_groups_can_be_listed(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        await admin.create_consumer_group(members.stream, "topic", "another")
        with pytest.raises(RuntimeError, match="already exists"):
            await admin.create_consumer_group(members.stream, "topic", "group")
        groups = await admin.get_consumer_groups(members.stream, "topic")
        assert sorted(group.name for group in groups) == ["another", "group"]
        assert await admin.get_consumer_group(members.stream, "topic", "missing") is None
        await admin.delete_consumer_group(members.stream, "topic", "another")
        with pytest.raises(RuntimeError, match="not found"):
            await admin.delete_consumer_group(members.stream, "topic", "another")
        with pytest.raises(RuntimeError, match="not found"):
            await admin.join_consumer_group(members.stream, "topic", "another")

    in_a_group(iggy_address, test)


def test_members_of_a_deleted_group_are_none_any_more(iggy_address: str) -> None:
    async def test(members: Members, admin: IggyClient) -> None:
        first = await members.join()
        await admin.delete_consumer_group(members.stream, "topic", "group")
        assert await members.partitions(first) is None
        await admin.create_consumer_group(members.stream, "topic", "group")
        assert await members.partitions(first) is None

    in_a_group(iggy_address, test)
