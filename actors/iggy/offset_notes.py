"""How far a group had got before a server crashed, as long as that may count for more than it says.

After a crash the server cuts stored offsets down to what is left of a partition, but does not write
that down: unless somebody stores on the partition, its next crash brings the old value back,
although other messages stand there now. While dead members hold a partition nobody can store.
"""

from collections.abc import Collection, Mapping


class OffsetNotes:
    """Belongs to one IggyConsumer and is used in its thread only.

    An offset is that of the last message dealt with; 0 and None both mean that nothing is.
    """

    def __init__(self) -> None:
        self._noted: dict[int, int] = {}
        self._seen: dict[int, int] = {}

    def connected(self, stored: Mapping[int, int | None]) -> None:
        """Note what is stored as a new connection finds it; what was noted before limits it."""
        for partition_id, offset in stored.items():
            now = offset or 0
            self._noted[partition_id] = min(self._noted.get(partition_id, now), now)
            self._seen[partition_id] = now

    def looked(self, stored: Mapping[int, int | None]) -> None:
        """Note what is stored now, over the same connection: a member alive may have stored it.

        What is stored beyond a note that it should have gone back to leaves the note as it is.
        """
        for partition_id, offset in stored.items():
            now = offset or 0
            if self.limit(partition_id) is None or now < self._seen[partition_id]:
                self._noted[partition_id] = now
            self._seen[partition_id] = now

    def stored(self, partition_id: int, offset: int) -> None:
        """Note what we have stored ourselves, which is durable."""
        if partition_id in self._noted:
            self._noted[partition_id] = self._seen[partition_id] = offset

    def limit(self, partition_id: int) -> int | None:
        """Return the offset to go back to; None where what is stored counts."""
        noted, seen = self._noted.get(partition_id), self._seen.get(partition_id)
        return noted if noted is not None and seen is not None and noted < seen else None

    def limits(self) -> dict[int, int]:
        """Return all offsets to go back to, by partition."""
        limits = {partition_id: self.limit(partition_id) for partition_id in self._noted}
        return {number: limit for number, limit in limits.items() if limit is not None}

    def keep_only(self, partition_ids: Collection[int]) -> None:
        """Forget all others, because what is stored of them is durable from now on."""
        for partition_id in self._noted.keys() - set(partition_ids):
            del self._noted[partition_id], self._seen[partition_id]
