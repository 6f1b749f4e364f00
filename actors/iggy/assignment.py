"""Which partitions a member of a consumer group owns. A plain value, used in any thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the server assigned to us; `generation` grows with every change in the group."""

    generation: int
    partitions: tuple[int, ...]
