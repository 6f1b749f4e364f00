"""The requests of a group member that the SDK has no method for, and their replies, as bytes.

Pure, used in the Iggy loop's thread. The replies' functions raise ValueError for what they cannot
read.
"""

import struct
from typing import Final

from actors.iggy.assignment import Assignment
from actors.iggy.group_topic import GroupTopic
from actors.iggy.identifier import encode_identifier

GET_OFFSET: Final = 120
STORE_OFFSET: Final = 121
DELETE_OFFSET: Final = 122
SYNC_GROUP: Final = 606

_GROUP_CONSUMER: Final = b"\2"
_ACKNOWLEDGE: Final = 1
_ASSIGNMENT: Final = struct.Struct("<QI")
_OFFSETS: Final = struct.Struct("<IQQ")


def sync_request(where: GroupTopic) -> bytes:
    """Ask which partitions are ours."""
    return b"".join(map(encode_identifier, (where.stream, where.topic, where.group)))


def read_assignment(reply: bytes) -> Assignment | None:
    """Read the reply to a sync; None when we are no member of the group."""
    if not reply:
        return None
    if len(reply) < _ASSIGNMENT.size:
        raise ValueError(f"an assignment of {len(reply)} bytes")
    generation, count = _ASSIGNMENT.unpack_from(reply)
    if len(reply) != _ASSIGNMENT.size + 4 * count:
        raise ValueError(f"an assignment of {count} partitions in {len(reply)} bytes")
    partitions = struct.unpack_from(f"<{count}I", reply, _ASSIGNMENT.size)
    return Assignment(generation=generation, partitions=partitions)


def stored_offset_request(where: GroupTopic, partition: int) -> bytes:
    """Ask for the group's stored offset on a partition."""
    return (
        _GROUP_CONSUMER
        + b"".join(map(encode_identifier, (where.group, where.stream, where.topic)))
        + struct.pack("<BI", 1, partition)
    )


def read_stored_offset(reply: bytes) -> int | None:
    """Read the reply: the offset that was consumed last; None when none is stored."""
    if not reply:
        return None
    if len(reply) != _OFFSETS.size:
        raise ValueError(f"a stored offset of {len(reply)} bytes")
    stored: int = _OFFSETS.unpack(reply)[2]
    return stored


def store_offset_request(where: GroupTopic, partition: int, offset: int) -> bytes:
    """Ask to store the offset of the last message that was consumed on a partition."""
    return stored_offset_request(where, partition) + struct.pack("<QB", offset, _ACKNOWLEDGE)


def delete_offset_request(where: GroupTopic, partition: int) -> bytes:
    """Ask to forget the stored offset of a partition."""
    return stored_offset_request(where, partition) + struct.pack("<B", _ACKNOWLEDGE)
