"""One connection to Iggy, logged in; everything the runtime asks a server goes through here.

All coroutines run in the Iggy loop's thread, one call at a time per session: the connection has
one request in flight, others would wait for it.
"""

from contextlib import suppress

from apache_iggy import (
    Consumer,
    ConsumerGroupDetails,
    Durability,
    IggyClient,
    PollingStrategy,
    SendMessage,
)

from actors.iggy.assignment import Assignment
from actors.iggy.client_commands import (
    GET_CLIENT,
    GET_CLIENTS,
    client_request,
    read_clients_in_groups,
    read_groups_of_client,
)
from actors.iggy.doing import doing
from actors.iggy.group_commands import (
    DELETE_OFFSET,
    GET_OFFSET,
    STORE_OFFSET,
    SYNC_GROUP,
    delete_offset_request,
    read_assignment,
    read_stored_offset,
    store_offset_request,
    stored_offset_request,
    sync_request,
)
from actors.iggy.group_topic import GroupTopic
from actors.iggy.identifier import numeric_id
from actors.iggy.iggy_error import (
    AlreadyExistsError,
    ConnectionLostError,
    NoStoredOffsetError,
    NotAMemberError,
    NotFoundError,
    NotOwnedError,
)
from actors.iggy.known_group import GroupIds, KnownGroup
from actors.iggy.known_topic import KnownTopic, known_topic
from actors.iggy.polled import Polled

_PARTITIONS_OF_A_NEW_TOPIC = 1


class Session:
    """A logged-in client that never reconnects; `open_session` makes it.

    Each method raises only IggyErrors, ConnectionLostError any of them. After that, and after a
    call that was cut off by its time limit, `close` the session and open another. A stream, topic
    or group named by digits alone is meant by its id. Topics that are created get
    `topic_durability`.
    """

    def __init__(
        self, client: IggyClient, *, topic_durability: Durability = Durability.PERSISTED
    ) -> None:
        self._client: IggyClient | None = client
        self._topic_durability = topic_durability

    def close(self) -> None:
        """Close the connection, from any thread; a second time changes nothing.

        A connection with a call that was cut off is closed when the server answers it, or
        when the SDK itself gives up.
        """
        self._client = None

    async def ping(self) -> None:
        """Ask for a sign of life."""
        with doing("ping"):
            await self._open.ping()

    async def topic(self, stream: str, topic: str) -> KnownTopic:
        """Look it up; raises NotFoundError naming the stream or topic that is missing."""
        with doing(f"look-up of {stream}/{topic}"):
            details = await self._open.get_topic(stream, topic)
            if details is not None:
                return known_topic(details)
            if await self._open.get_stream(stream) is None:
                raise NotFoundError(f"stream {stream!r} was not found")
            raise NotFoundError(f"topic {topic!r} was not found in stream {stream!r}")

    async def ends(self, stream: str, topic: str) -> dict[int, int]:
        """Return the offset that the next message of each partition gets."""
        with doing(f"look-up of the ends of {stream}/{topic}"):
            details = await self._open.get_topic(stream, topic)
        if details is None:
            raise NotFoundError(f"topic {topic!r} was not found in stream {stream!r}")
        return {
            partition.id: partition.current_offset + 1 if partition.messages_count else 0
            for partition in details.partitions
        }

    async def ensure_topic(self, stream: str, topic: str) -> KnownTopic:
        """Look the topic up; create it and its stream where they are missing.

        Others may do the same at the same time. Raises NotFoundError where an id is not there,
        because only names can be created.
        """
        with doing(f"look-up of {stream}/{topic}"):
            details = await self._open.get_topic(stream, topic)
            if details is not None:
                return known_topic(details)
            has_stream = await self._open.get_stream(stream) is not None
        if not has_stream:
            await self._create_stream(stream)
        await self._create_topic(stream, topic)
        return await self.topic(stream, topic)

    async def ensure_group(self, where: GroupTopic) -> None:
        """Create the group where it is missing.

        Raises NotFoundError where stream or topic are missing, or the group is an id.
        """
        if await self._find_group(where) is None:
            _refuse_id("group", where.group)
            with suppress(AlreadyExistsError):
                await self.create_group(where)

    async def create_group(self, where: GroupTopic) -> None:
        """Create the group; raises AlreadyExistsError, to one of many who do it at once not."""
        with doing(f"creation of the group of {where}"):
            await self._open.create_consumer_group(where.stream, where.topic, where.group)

    async def delete_group(self, where: GroupTopic) -> None:
        """Delete the group with its members and stored offsets, where it is there."""
        with suppress(NotFoundError), doing(f"deletion of the group of {where}"):
            await self._open.delete_consumer_group(where.stream, where.topic, where.group)

    async def group(self, where: GroupTopic) -> KnownGroup | None:
        """Look the group up; None when it, its topic or its stream is not there."""
        with doing(f"look-up of {where}"):
            topic = await self._open.get_topic(where.stream, where.topic)
            stream = await self._open.get_stream(where.stream)
        found = None if topic is None or stream is None else await self._find_group(where)
        if found is None or topic is None or stream is None:
            return None
        return KnownGroup(
            ids=GroupIds(stream=stream.id, topic=topic.id, group=found.id),
            partitions=found.partitions_count,
            member_ids=tuple(sorted(member.id for member in found.members)),
        )

    async def clients_in_groups(self) -> list[int]:
        """Return the ids of the connected clients that are in any group."""
        with doing("look-up of all clients"):
            return read_clients_in_groups(await self._open.send_binary_request(GET_CLIENTS, b""))

    async def groups_of_client(self, client_id: int) -> frozenset[GroupIds]:
        """Return which groups a connected client is in."""
        with doing(f"look-up of client {client_id}"):
            request = client_request(client_id)
            return read_groups_of_client(await self._open.send_binary_request(GET_CLIENT, request))

    async def join(self, where: GroupTopic) -> None:
        """Become a member of the group; `sync` right after, or polls find nothing."""
        with doing(f"join of {where}"):
            await self._open.join_consumer_group(where.stream, where.topic, where.group)

    async def leave(self, where: GroupTopic) -> None:
        """Be no member of the group any more, if we are one and it is there."""
        with suppress(NotAMemberError, NotFoundError), doing(f"leaving {where}"):
            await self._open.leave_consumer_group(where.stream, where.topic, where.group)

    async def sync(self, where: GroupTopic) -> Assignment | None:
        """Return what is assigned to us; None when we are no member, or the group is gone.

        This is the sign of life of a member: the server puts one out that is silent for 36 s.
        """
        with doing(f"sync of {where}"):
            reply = await self._open.send_binary_request(SYNC_GROUP, sync_request(where))
            return read_assignment(reply)

    async def stored_offset(self, where: GroupTopic, partition: int) -> int | None:
        """Return the offset of the message that the group consumed last, None when unknown."""
        with doing(f"look-up of the stored offset of {where} partition {partition}"):
            request = stored_offset_request(where, partition)
            return read_stored_offset(await self._open.send_binary_request(GET_OFFSET, request))

    async def store_offset(self, where: GroupTopic, partition: int, offset: int) -> None:
        """Store the offset of the message that was consumed last.

        Raises NotOwnedError where the partition is not ours (any more) or not there at all, which
        the server does not tell apart; IggyCallError for an offset beyond the partition's end.
        """
        what = f"store of offset {offset} of {where} partition {partition}"
        try:
            with doing(what):
                request = store_offset_request(where, partition, offset)
                await self._open.send_binary_request(STORE_OFFSET, request)
        except NotFoundError as error:
            raise NotOwnedError(f"{what}: the partition is not ours") from error

    async def owns(self, where: GroupTopic, partition: int) -> bool:
        """Tell whether a partition of which we have stored no offset is ours.

        Not where somebody else has stored one. Else it is found out by deleting the offset that is
        not there, which only the owner may ask for.
        """
        with suppress(NoStoredOffsetError):
            try:
                if await self.stored_offset(where, partition) is not None:
                    return False
                with doing(f"probe of {where} partition {partition}"):
                    request = delete_offset_request(where, partition)
                    await self._open.send_binary_request(DELETE_OFFSET, request)
            except (NotFoundError, NotOwnedError):
                return False
        return True

    async def poll(
        self, where: GroupTopic, partition: int, offset: int, count: int, *, as_member: bool = True
    ) -> Polled:
        """Fetch up to `count` messages of a partition from `offset` on; stores nothing.

        For a member, a partition that is not ours (any more) is as if it were empty: only `sync`
        and a refused store tell. Anybody else gets what is there.
        """
        consumer = Consumer.Group(where.group) if as_member else Consumer.Single(where.group)
        with doing(f"poll of {where} partition {partition} from offset {offset}"):
            messages = await self._open.poll_messages(
                where.stream,
                where.topic,
                consumer=consumer,
                polling_strategy=PollingStrategy.Offset(offset),
                count=count,
                auto_commit=False,
                partition_id=partition,
            )
            current_offset = messages[-1].offset() if messages else max(offset - 1, 0)
        return Polled(messages=messages, current_offset=current_offset)

    async def send(
        self, stream: str, topic: str, partition: int, messages: list[SendMessage]
    ) -> None:
        """Append messages to a partition, all of them or none; returns when Iggy confirmed.

        At most 64 MiB with all headers: a server closes the connection on more, which looks like
        any other loss. Raises NotFoundError where stream, topic or partition are missing.
        """
        with doing(f"send to {stream}/{topic} partition {partition}"):
            await self._open.send_messages(stream, topic, partition, messages)

    @property
    def _open(self) -> IggyClient:
        if self._client is None:
            raise ConnectionLostError("the session is closed")
        return self._client

    async def _find_group(self, where: GroupTopic) -> ConsumerGroupDetails | None:
        with doing(f"look-up of {where}"):
            return await self._open.get_consumer_group(where.stream, where.topic, where.group)

    async def _create_stream(self, stream: str) -> None:
        _refuse_id("stream", stream)
        with suppress(AlreadyExistsError), doing(f"creation of stream {stream!r}"):
            await self._open.create_stream(stream)

    async def _create_topic(self, stream: str, topic: str) -> None:
        _refuse_id("topic", topic)
        with suppress(AlreadyExistsError), doing(f"creation of topic {stream}/{topic}"):
            await self._open.create_topic(
                stream, topic, _PARTITIONS_OF_A_NEW_TOPIC, durability=self._topic_durability
            )


def _refuse_id(kind: str, name: str) -> None:
    """Iggy would create it under an id of its own, and the next look-up would not find it."""
    if numeric_id(name) is not None:
        raise NotFoundError(f"there is no {kind} with the id {name}, and ids cannot be created")
