"""Streams, topics and partitions as they stand in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field

from broker.state.group import Group
from broker.state.registry import Registry
from broker.storage.partition_log import PartitionLog
from broker.wire.tlv import Value

# Whose offset: of a group or of a single consumer, and its number.
OffsetKey = tuple[bool, int]


@dataclass(slots=True, eq=False)
class Partition:
    """One log and the offsets that consumers stored on it."""

    id: int
    log_id: int
    created_at: int
    log: PartitionLog
    offsets: dict[OffsetKey, int] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Topic:
    """Partitions, and the groups that read them; `waiting` is called when polls may find more."""

    uid: int
    stream: "Stream"
    id: int
    name: str
    created_at: int
    options: dict[str, Value]
    next_group_id: int = 0
    next_partition: int = 0
    partitions: list[Partition] = field(default_factory=list)
    groups: Registry[Group] = field(default_factory=Registry)
    waiting: set[Callable[[], None]] = field(default_factory=set)

    def partition(self, partition_id: int) -> Partition | None:
        """Return a partition by id, None when there is none."""
        return self.partitions[partition_id] if partition_id < len(self.partitions) else None

    def stored_by_group(self, group_id: int) -> Callable[[int], int | None]:
        """Return a look-up of a group's stored offset by partition."""

        def stored(partition_id: int) -> int | None:
            partition = self.partition(partition_id)
            return partition.offsets.get((True, group_id)) if partition else None

        return stored

    def wake(self) -> None:
        """Let the polls that are being held look again."""
        while self.waiting:
            self.waiting.pop()()

    @property
    def size_bytes(self) -> int:
        """Bytes of all messages."""
        return sum(partition.log.size_bytes for partition in self.partitions)

    @property
    def message_count(self) -> int:
        """Number of all messages."""
        return sum(partition.log.message_count for partition in self.partitions)


@dataclass(slots=True, eq=False)
class Stream:
    """A namespace of topics."""

    uid: int
    id: int
    name: str
    created_at: int
    topics: Registry[Topic] = field(default_factory=Registry)

    @property
    def size_bytes(self) -> int:
        """Bytes of all messages."""
        return sum(topic.size_bytes for topic in self.topics)

    @property
    def message_count(self) -> int:
        """Number of all messages."""
        return sum(topic.message_count for topic in self.topics)
