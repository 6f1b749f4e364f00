"""Keeps who is in which group on disk, for tests of what the real server does in a crash.

There the members of before stay in their groups although nobody is behind them. By default this
broker forgets them, and then nothing is written.
"""

from typing import Protocol

from broker.state.group import Group
from broker.storage.database import Database


class Memberships(Protocol):
    """Learns of every member that comes and goes."""

    def add(self, group: Group, client: bytes, member_id: int) -> None:
        """A client comes, or joins again."""

    def remove(self, group: Group, client: bytes) -> None:
        """A client goes."""


class ForgottenMemberships:
    """Writes nothing."""

    def add(self, group: Group, client: bytes, member_id: int) -> None:
        """Forget a member."""

    def remove(self, group: Group, client: bytes) -> None:
        """Forget a member."""


class LastingMemberships:
    """Writes down every member before it is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, group: Group, client: bytes, member_id: int) -> None:
        """Write a member down."""
        self._database.run(
            "INSERT OR REPLACE INTO members (group_uid, client, id)"
            " SELECT uid, ?, ? FROM groups WHERE uid = ?",
            (client, member_id, group.uid),
        )

    def remove(self, group: Group, client: bytes) -> None:
        """Strike a member out."""
        self._database.run(
            "DELETE FROM members WHERE group_uid = ? AND client = ?", (group.uid, client)
        )
