"""The offsets that consumers and groups stored, per partition.

A stored offset is the last consumed one. Storing is on the path of every sink, so it is one
statement.
"""

from xxhash import xxh32_intdigest

from broker.state.topic import OffsetKey, Partition
from broker.storage.database import Database
from broker.wire.status import RefusedError, Status

MAX_PER_PARTITION = 10_000

_STORE = (
    "INSERT INTO offsets (log_id, is_group, consumer, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT DO UPDATE SET value = excluded.value"
)


def consumer_number(identifier: int | str) -> int:
    """Return the number under which a single consumer's offsets are kept."""
    return identifier if isinstance(identifier, int) else xxh32_intdigest(identifier.encode())


class Offsets:
    """Stores and deletes; looking one up is `partition.offsets.get(key)`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def store(self, partition: Partition, key: OffsetKey, value: int) -> None:
        """Keep `value`, which may be lower than what was stored; refuses what is not there yet."""
        if value >= partition.log.end_offset:
            raise RefusedError(Status.INVALID_OFFSET)
        if key not in partition.offsets and len(partition.offsets) >= MAX_PER_PARTITION:
            raise RefusedError(Status.TOO_MANY_OFFSETS)
        self._database.run(_STORE, (partition.log_id, *key, value))
        partition.offsets[key] = value

    def delete(self, partition: Partition, key: OffsetKey) -> None:
        """Forget an offset; refuses when none is stored."""
        if key not in partition.offsets:
            raise RefusedError(Status.OFFSET_NOT_FOUND)
        self._database.run(
            "DELETE FROM offsets WHERE log_id = ? AND is_group = ? AND consumer = ?",
            (partition.log_id, *key),
        )
        del partition.offsets[key]
