"""Which topic is read, and by which consumer group. A plain value, used in any thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupTopic:
    """One topic as one consumer group reads it; digits alone are an id, as in the SDK."""

    stream: str
    topic: str
    group: str

    def __str__(self) -> str:
        return f"{self.stream}/{self.topic} (group {self.group})"
