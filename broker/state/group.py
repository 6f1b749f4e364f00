"""A consumer group: who is in it, who reads which partition, and how partitions change hands.

A partition leaves its owner at once when nothing is in flight on it. Otherwise, after a join, it
is *pending*: the owner loses it from its assignment and is served no more of it, may still store
offsets, and the heir gets it when the owner has stored all it was served, or when time is up.
When the owner leaves, or the number of partitions changes, partitions move eagerly.

Nothing here runs by itself: `expire` is called before every look at a group.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Member:
    """One connection's share in the group; `told` is the generation it knows of."""

    id: int
    told: int = -1


@dataclass(frozen=True, slots=True)
class _Revocation:
    heir: bytes
    deadline_s: float


class Group:
    """Members are known by their client value; partitions by id.

    `stored` tells the group's stored offset of a partition, None where there is none.
    """

    def __init__(
        self, uid: int, group_id: int, name: str, stored: Callable[[int], int | None]
    ) -> None:
        self.uid = uid
        self.id = group_id
        self.name = name
        self.generation = 0
        self.members: dict[bytes, Member] = {}
        self._stored = stored
        self._partitions: list[int] = []
        self._owners: dict[int, bytes] = {}
        self._pending: dict[int, _Revocation] = {}
        self._served: dict[int, int] = {}

    def join(self, client: bytes, member_id: int, deadline_s: float) -> None:
        """Let a client in; it gets its share of the partitions, pending ones by the deadline."""
        if client not in self.members:
            self.members[client] = Member(member_id)
            self._rebalance(deadline_s)

    def leave(self, client: bytes) -> None:
        """Let a client go; the others get its partitions at once."""
        if self.members.pop(client, None) is None:
            return
        for partition, revocation in list(self._pending.items()):
            if revocation.heir == client:
                del self._pending[partition]
            elif self._owners[partition] == client:
                self._hand_over(partition, revocation.heir)
        for partition in [p for p, owner in self._owners.items() if owner == client]:
            self._take_away(partition)
        self._rebalance(None)

    def resize(self, partitions: Iterable[int]) -> None:
        """Spread the members over another set of partitions, without waiting for anyone."""
        self._partitions = list(partitions)
        gone = self._owners.keys() - set(self._partitions)
        for partition in gone:
            self._take_away(partition)
        for partition, revocation in list(self._pending.items()):
            self._hand_over(partition, revocation.heir)
        self._rebalance(None)

    def assignment(self, client: bytes) -> list[int] | None:
        """Return the partitions a client may poll, None when it is no member."""
        if client not in self.members:
            return None
        return [p for p in self._partitions if self.may_poll(client, p)]

    def may_poll(self, client: bytes, partition: int) -> bool:
        """Tell whether a client owns a partition and is not about to lose it."""
        return self._owners.get(partition) == client and partition not in self._pending

    def may_store(self, client: bytes, partition: int) -> bool:
        """Tell whether a client owns a partition, be it for a last time."""
        return self._owners.get(partition) == client

    def note_served(self, partition: int, offset: int) -> None:
        """Take note that the owner was given messages up to `offset`."""
        self._served[partition] = max(self._served.get(partition, 0), offset)

    def note_stored(self, partition: int) -> None:
        """Hand a pending partition over if this was what it waited for."""
        revocation = self._pending.get(partition)
        if revocation is not None and not self._is_in_flight(partition):
            self._hand_over(partition, revocation.heir)
            self.generation += 1

    def note_purged(self) -> None:
        """Forget what was served, because it is gone."""
        self._served.clear()
        for partition in list(self._pending):
            self.note_stored(partition)

    def expire(self, now_s: float) -> None:
        """Hand over the partitions whose owners have run out of time."""
        overdue = [p for p, r in self._pending.items() if r.deadline_s <= now_s]
        for partition in overdue:
            self._hand_over(partition, self._pending[partition].heir)
        self.generation += bool(overdue)

    def _is_in_flight(self, partition: int) -> bool:
        served = self._served.get(partition)
        if served is None:
            return False
        stored = self._stored(partition)
        return stored is None or stored < served

    def _hand_over(self, partition: int, client: bytes) -> None:
        self._take_away(partition)
        self._owners[partition] = client

    def _take_away(self, partition: int) -> None:
        self._owners.pop(partition, None)
        self._pending.pop(partition, None)
        self._served.pop(partition, None)

    def _rebalance(self, deadline_s: float | None) -> None:
        """Even the shares out; without a deadline nobody is waited for."""
        self.generation += 1
        for partition, target in self._targets().items():
            owner = self._owners.get(partition)
            if owner == target:
                self._pending.pop(partition, None)
            elif owner is None or deadline_s is None or not self._is_in_flight(partition):
                self._hand_over(partition, target)
            else:
                revocation = self._pending.get(partition)
                until = revocation.deadline_s if revocation else deadline_s
                self._pending[partition] = _Revocation(target, until)

    def _targets(self) -> dict[int, bytes]:
        """Return who should have each partition: as even as can be, with the fewest moves."""
        if not self.members:
            return {}
        shares: dict[bytes, list[int]] = {client: [] for client in self.members}
        free = []
        for partition in self._partitions:
            revocation = self._pending.get(partition)
            owner = revocation.heir if revocation else self._owners.get(partition)
            if owner is None:
                free.append(partition)
            else:
                shares[owner].append(partition)
        for partition in free:
            min(shares.values(), key=len).append(partition)
        while True:
            most, least = max(shares.values(), key=len), min(shares.values(), key=len)
            if len(most) - len(least) <= 1:
                return {p: client for client, share in shares.items() for p in share}
            least.append(most.pop())
