"""How far one partition has come, while a consumer holds it over one connection."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Tenure:
    """Belongs to one IggyConsumer and is used in its thread only.

    `position` is the next offset to fetch, None until the stored offset was read. `stored` is what
    the server has, `confirmed` what the sink has dealt with; both name the last message dealt
    with, None for none. `fetched` messages are with the sink. The server `served` up to that
    offset, which the sink need not have got: it may wait for more, or have been dropped. A
    partition that is no longer assigned is finished: all that was served goes to the sink and is
    confirmed and stored, since the server gives the partition to nobody before. `stored` is fresh
    until we have stored something ourselves: a server that crashed may have cut it in memory only.
    At `checked_at_s` the server had it for sure.
    """

    number: int
    partition_id: int
    is_assigned: bool = True
    is_fresh: bool = False
    position: int | None = None
    stored: int | None = None
    confirmed: int | None = None
    fetched: int = 0
    served: int | None = None
    unstored_batches: int = 0
    unstored_since_s: float = 0.0
    probe_at_s: float = 0.0
    checked_at_s: float = 0.0

    def begin_at(self, stored: int | None, limit: int | None) -> None:
        """Go on from what is stored, or from `limit` where that is lower.

        A stored 0 means offset 0 again: a server that lost a partition's end in a crash reports 0
        also when nothing is left.
        """
        self.stored = self.confirmed = stored
        if stored is not None and limit is not None:
            self.confirmed = min(stored, limit)
        self.position = self.confirmed + 1 if self.confirmed else 0

    def has_unstored(self) -> bool:
        """Tell whether a confirmed offset waits to be stored."""
        return self.confirmed != self.stored

    def can_repeat_store(self) -> bool:
        """Tell whether the server would take what it has; it takes no 0 for an empty partition."""
        return bool(self.stored) or (self.stored is not None and self.fetched > 0)

    def is_owed(self) -> bool:
        """Tell whether the server has served something that the sink has not got."""
        if self.served is None or self.position is None:
            return False
        return self.position <= self.served

    def is_finished(self) -> bool:
        """Tell whether nothing is left to do for a partition that was taken away."""
        is_left = self.fetched or self.is_owed() or self.has_unstored()
        return not self.is_assigned and not is_left
