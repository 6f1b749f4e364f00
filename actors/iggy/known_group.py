"""A consumer group as the server shows it. Plain values, made in the Iggy loop's thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupIds:
    """By which ids a server names a group, where it names it to somebody who asks for clients."""

    stream: int
    topic: int
    group: int


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """A group that is there; `partitions` counts those of its topic."""

    ids: GroupIds
    partitions: int
    member_ids: tuple[int, ...]
