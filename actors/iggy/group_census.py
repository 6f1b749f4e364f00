"""Counts the members of a group and the clients behind them. Runs in the Iggy loop's thread.

After a crash of the server the clients come back as new members, and the old ones keep their
partitions: nobody reads those until the group is repaired.
"""

from dataclasses import dataclass

from actors.iggy.group_topic import GroupTopic
from actors.iggy.known_group import KnownGroup
from actors.iggy.session import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCensus:
    """`connected` clients are in a group of so many `members`.

    `is_sure` is False when the members changed while they were counted.
    """

    members: int
    connected: int
    is_sure: bool

    @property
    def dead(self) -> int:
        """Count the members without a client."""
        return max(0, self.members - self.connected)

    @property
    def is_whole(self) -> bool:
        """Tell whether there is surely a client behind every member."""
        return self.is_sure and self.dead == 0


async def take_census(session: Session, where: GroupTopic) -> GroupCensus:
    """Count; a group that is not there has neither members nor clients.

    Raises IggyCallError where the server does not tell us who is connected.
    """
    before = await session.group(where)
    if before is None:
        return GroupCensus(members=0, connected=0, is_sure=True)
    connected = await _count_clients(session, before)
    after = await session.group(where)
    members = len(after.member_ids) if after is not None else 0
    return GroupCensus(members=members, connected=connected, is_sure=before == after)


async def _count_clients(session: Session, group: KnownGroup) -> int:
    count = 0
    for client_id in await session.clients_in_groups():
        count += group.ids in await session.groups_of_client(client_id)
        if count == len(group.member_ids):
            break
    return count
