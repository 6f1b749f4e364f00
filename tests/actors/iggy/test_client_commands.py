"""Who is connected, as bytes and against a real server."""

import struct

import pytest

from actors.iggy.client_commands import (
    client_request,
    read_clients_in_groups,
    read_groups_of_client,
)
from actors.iggy.group_census import GroupCensus, take_census
from actors.iggy.known_group import GroupIds
from tests.actors.iggy.connecting import joined_session, new_group_topic, root_session
from tests.support.sdk import run


def client(client_id: int, *groups: tuple[int, int, int], address: bytes = b"1.2.3.4:5") -> bytes:
    beginning = struct.pack("<IIBI", client_id, 0, 1, len(address)) + address
    return beginning + struct.pack("<I", len(groups))


def with_groups(client_id: int, *groups: tuple[int, int, int]) -> bytes:
    return client(client_id, *groups) + b"".join(struct.pack("<III", *ids) for ids in groups)


def test_a_client_is_asked_for_by_its_id() -> None:
    assert client_request(258) == b"\2\1\0\0"


def test_clients_in_no_group_are_left_out() -> None:
    groups = ((1, 2, 3), (1, 2, 4))
    reply = client(7) + client(8, *groups, address=b"") + client(9, *groups)
    assert read_clients_in_groups(reply) == [8, 9]
    assert read_clients_in_groups(b"") == []


def test_the_groups_of_a_client_are_read() -> None:
    groups = read_groups_of_client(with_groups(7, (0, 1, 2), (3, 4, 5)))
    assert groups == {
        GroupIds(stream=0, topic=1, group=2),
        GroupIds(stream=3, topic=4, group=5),
    }
    assert read_groups_of_client(with_groups(7)) == frozenset()


def test_a_client_that_is_gone_is_in_no_group() -> None:
    assert read_groups_of_client(b"") == frozenset()


@pytest.mark.parametrize("cut", [1, 12, 13, 21, 25])
def test_a_reply_of_the_wrong_size_is_an_error(cut: int) -> None:
    reply = with_groups(7, (0, 1, 2))[:cut]
    with pytest.raises(ValueError, match="client"):
        read_groups_of_client(reply)
    if cut < len(client(7)):
        with pytest.raises(ValueError, match="clients"):
            read_clients_in_groups(reply)


def test_a_census_counts_clients_behind_members(iggy_address: str) -> None:
    where = new_group_topic()

    async def main() -> None:
        onlooker = await root_session(iggy_address)
        assert await take_census(onlooker, where) == GroupCensus(
            members=0, connected=0, is_sure=True
        )
        first = await joined_session(iggy_address, where)
        second = await joined_session(iggy_address, where)
        census = await take_census(onlooker, where)
        assert census == GroupCensus(members=2, connected=2, is_sure=True)
        assert census.is_whole
        await second.leave(where)
        await second.leave(where)
        assert (await take_census(first, where)).members == 1
        await first.delete_group(where)
        await first.delete_group(where)
        assert await first.group(where) is None

    run(main)
