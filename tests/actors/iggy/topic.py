"""A topic on a server as an onlooker sees it: everything by the plain SDK, and waited for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from apache_iggy import Consumer, IggyClient, PollingStrategy, ReceiveMessage, SendMessage

from actors.iggy.group_topic import GroupTopic
from tests.actors.iggy.connecting import new_group_topic
from tests.support.iggy_commands import Whose, get_offset, store_offset, sync
from tests.support.sdk import connect, run

T = TypeVar("T")

_MOST = 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic, read by one group; every method connects anew, so that a restart harms nothing."""

    address: str
    where: GroupTopic

    def create(self, partitions: int = 1) -> None:
        async def create(client: IggyClient) -> None:
            await client.create_stream(self.where.stream)
            await client.create_topic(self.where.stream, self.where.topic, partitions)

        self._with_client(create)

    def send(self, count: int, *, partition: int = 0) -> None:
        """Append so many messages."""

        async def send(client: IggyClient) -> None:
            messages = [SendMessage(str(number)) for number in range(count)]
            await client.send_messages(self.where.stream, self.where.topic, partition, messages)

        self._with_client(send)

    def delete(self) -> None:
        """Remove the topic with all that is in it."""

        async def delete(client: IggyClient) -> None:
            await client.delete_topic(self.where.stream, self.where.topic)

        self._with_client(delete)

    def delete_partitions(self, count: int) -> None:
        """Remove the last partitions with all that is in them."""

        async def delete(client: IggyClient) -> None:
            await client.delete_partitions(self.where.stream, self.where.topic, count)

        self._with_client(delete)

    def purge(self) -> None:
        """Remove all messages; offsets begin at 0 again."""

        async def purge(client: IggyClient) -> None:
            await client.purge_topic(self.where.stream, self.where.topic)

        self._with_client(purge)

    def messages(self, partition: int = 0) -> list[ReceiveMessage]:
        """Return the first messages of a partition."""

        async def poll(client: IggyClient) -> list[ReceiveMessage]:
            return await client.poll_messages(
                self.where.stream,
                self.where.topic,
                consumer=Consumer.Single("onlooker"),
                polling_strategy=PollingStrategy.Offset(0),
                count=_MOST,
                auto_commit=False,
                partition_id=partition,
            )

        return self._with_client(poll)

    def stored(self, partition: int = 0) -> int | None:
        """Return the group's stored offset."""
        whose = self._whose(partition)
        return self._with_client(lambda client: get_offset(client, whose))

    def store(self, offset: int, *, partition: int = 0) -> None:
        """Store an offset as a member that comes and goes; the group has no other."""

        async def store(client: IggyClient) -> None:
            stream, topic, group = self.where.stream, self.where.topic, self.where.group
            if await client.get_consumer_group(stream, topic, group) is None:
                await client.create_consumer_group(stream, topic, group)
            await client.join_consumer_group(stream, topic, group)
            await sync(client, stream, topic, group)
            await store_offset(client, self._whose(partition), offset)
            await client.leave_consumer_group(stream, topic, group)

        self._with_client(store)

    def _whose(self, partition: int) -> Whose:
        where = self.where
        return Whose(where.stream, where.topic, partition, where.group, is_group=True)

    def _with_client(self, call: Callable[[IggyClient], Awaitable[T]]) -> T:
        async def main() -> T:
            return await call(await connect(self.address))

        return run(main)


def new_topic(address: str, *, partitions: int = 1, messages: int = 0) -> Topic:
    """Create a topic that no other test uses, with so many messages in each partition."""
    topic = Topic(address, new_group_topic())
    topic.create(partitions)
    for partition in range(partitions):
        if messages:
            topic.send(messages, partition=partition)
    return topic
