"""Commands the SDK has no method for, sent through `send_binary_request`."""

import struct
from typing import NamedTuple

from apache_iggy import IggyClient

from tests.support.raw_iggy import identifier

POLL, GET_OFFSET, STORE_OFFSET, DELETE_OFFSET, SYNC_GROUP = 100, 120, 121, 122, 606
GET_ME, GET_CLIENT, GET_CLIENTS = 20, 21, 22


class Whose(NamedTuple):
    """A partition, and the consumer or group that reads it."""

    stream: str
    topic: str
    partition: int
    consumer: str
    is_group: bool = False

    def body(self) -> bytes:
        """Write it down the way offset commands begin."""
        kind = b"\2" if self.is_group else b"\1"
        return (
            kind
            + identifier(self.consumer)
            + identifier(self.stream)
            + identifier(self.topic)
            + b"\1"
            + struct.pack("<I", self.partition)
        )


async def get_offset(client: IggyClient, whose: Whose) -> int | None:
    """Return the stored offset, None when there is none."""
    reply = await client.send_binary_request(GET_OFFSET, whose.body())
    return struct.unpack("<IQQ", reply)[2] if reply else None


async def store_offset(client: IggyClient, whose: Whose, offset: int) -> None:
    """Store an offset."""
    body = whose.body() + struct.pack("<QB", offset, 1)
    await client.send_binary_request(STORE_OFFSET, body)


async def delete_offset(client: IggyClient, whose: Whose) -> None:
    """Delete a stored offset."""
    await client.send_binary_request(DELETE_OFFSET, whose.body() + b"\1")


async def sync(
    client: IggyClient, stream: str, topic: str, group: str
) -> tuple[int, list[int]] | None:
    """Return generation and partitions of a member, None when the client is none."""
    body = identifier(stream) + identifier(topic) + identifier(group)
    reply = await client.send_binary_request(SYNC_GROUP, body)
    if not reply:
        return None
    generation, count = struct.unpack_from("<QI", reply)
    return generation, list(struct.unpack_from(f"<{count}I", reply, 12))
