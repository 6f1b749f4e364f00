"""The requests that tell which clients are connected, which the SDK has no method for, as bytes.

Pure, used in the Iggy loop's thread. The replies' functions raise ValueError for what they cannot
read.
"""

import struct
from collections.abc import Iterator
from typing import Final

from actors.iggy.known_group import GroupIds

GET_CLIENT: Final = 21
GET_CLIENTS: Final = 22

# Client id, user id, transport, length of the address; then the address and the number of groups.
_BEGINNING: Final = struct.Struct("<IIBI")
_COUNT: Final = struct.Struct("<I")
_IDS: Final = struct.Struct("<III")


def client_request(client_id: int) -> bytes:
    """Ask for one client."""
    return struct.pack("<I", client_id)


def read_clients_in_groups(reply: bytes) -> list[int]:
    """Read the reply with all clients: the ids of those that are in any group."""
    found = []
    position = 0
    while position < len(reply):
        client_id, groups, position = _read_client(reply, position)
        if groups:
            found.append(client_id)
    return found


def read_groups_of_client(reply: bytes) -> frozenset[GroupIds]:
    """Read the reply with one client: the groups it is in; none when it is no longer connected."""
    return frozenset(_read_groups(reply)) if reply else frozenset()


def _read_groups(reply: bytes) -> Iterator[GroupIds]:
    _, groups, position = _read_client(reply, 0)
    if len(reply) != position + groups * _IDS.size:
        raise ValueError(f"a client in {groups} groups in {len(reply)} bytes")
    for stream, topic, group in _IDS.iter_unpack(reply[position:]):
        yield GroupIds(stream=stream, topic=topic, group=group)


def _read_client(reply: bytes, position: int) -> tuple[int, int, int]:
    """Return id, number of groups, and where the client ends."""
    try:
        client_id, _, _, address_bytes = _BEGINNING.unpack_from(reply, position)
        position += _BEGINNING.size + address_bytes
        (groups,) = _COUNT.unpack_from(reply, position)
    except struct.error:
        raise ValueError(f"clients in {len(reply)} bytes") from None
    return client_id, groups, position + _COUNT.size
