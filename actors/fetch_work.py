"""A fetch on its way through a sink, one slice after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

from actors.core import Ref
from actors.data_path import Fetch
from actors.troubled_slice import TroubledSlice
from config.model import SinkStream
from connectors.message import ReceivedMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """What one consumer reads: a topic of one of the sink's `[[streams]]` entries."""

    stream: SinkStream
    topic: str


@dataclass(slots=True, kw_only=True)
class FetchWork:
    """Belongs to one SinkConnector and is used in its thread only.

    What is before `position` is dealt with. `trouble` is there while the slice that begins there
    could not be delivered as it was; `filtered` and `took_s` are of that slice.
    """

    consumer: Ref
    fetch: Fetch
    reads: Reads
    position: int = 0
    trouble: TroubledSlice | None = None
    filtered: int = 0
    took_s: float = 0.0

    @property
    def end(self) -> int:
        """Return where the slice ends."""
        longest = self.position + self.reads.stream.max_batch_length
        return min(longest, len(self.fetch.messages))

    @property
    def is_done(self) -> bool:
        """Tell whether all of the fetch is dealt with."""
        return self.position == len(self.fetch.messages)

    def slice(self) -> Sequence[ReceivedMessage]:
        """Return the messages of the slice."""
        return self.fetch.messages[self.position : self.end]

    def offer(self) -> Sequence[ReceivedMessage]:
        """Return what of the slice the plugin is to get next."""
        return self.slice() if self.trouble is None else self.trouble.offer()

    def troubled(self) -> TroubledSlice:
        """Return what keeps track of the slice from now on."""
        if self.trouble is None:
            self.trouble = TroubledSlice(self.slice())
        return self.trouble

    def next_slice(self) -> None:
        """Go on behind the slice."""
        self.position, self.trouble = self.end, None
        self.filtered, self.took_s = 0, 0.0
