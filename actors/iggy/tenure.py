"""How far one partition has come, while a consumer holds it over one connection."""

from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Tenure:
    """Belongs to one IggyConsumer and is used in its thread only.

    `position` is the next offset to fetch, None until the stored offset was read. `stored` is what
    the server has, `confirmed` what the sink has dealt with; both name the last message dealt
    with, None for none. `fetched` messages are with the sink. A partition that is no longer
    assigned is finished: not fetched from, but confirmed and stored.
    """

    number: int
    partition_id: int
    is_assigned: bool = True
    position: int | None = None
    stored: int | None = None
    confirmed: int | None = None
    fetched: int = 0
    unstored_batches: int = 0
    unstored_since_s: float = field(default=0.0)

    def begin_at(self, stored: int | None) -> None:
        """Go on from what is stored.

        A stored 0 means offset 0 again: a server that lost a partition's end in a crash reports 0
        also when nothing is left.
        """
        self.stored = self.confirmed = stored
        self.position = stored + 1 if stored else 0

    def has_unstored(self) -> bool:
        """Tell whether a confirmed offset waits to be stored."""
        return self.confirmed != self.stored

    def is_finished(self) -> bool:
        """Tell whether nothing is left to do for a partition that was taken away."""
        return not self.is_assigned and not self.fetched and not self.has_unstored()
