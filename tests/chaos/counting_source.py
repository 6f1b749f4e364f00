"""A source of numbers in order, without an end, whose state is the next number."""

from connectors import Produced, ProducedRecord, Source

# Large enough for the save to take a while: kills are to hit the gap between send and state.
_STATE_BYTES = 4 * 1024 * 1024


class CountingSource(Source):
    """Yields `batch` numbers at a time."""

    def open(self, state: bytes | None) -> None:
        """Go on."""
        self._next = self._staged = number_in(state)

    def poll(self) -> Produced | None:
        """Yield the next numbers, a little later."""
        if self.stopping.wait(0.002):
            return None
        self._staged = self._next + self.config["batch"]
        records = [ProducedRecord(number) for number in range(self._next, self._staged)]
        return Produced(records=records, state=str(self._staged).encode().ljust(_STATE_BYTES))

    def on_batch_result(self, accepted: bool) -> None:
        """Move on when the numbers are in Iggy."""
        if accepted:
            self._next = self._staged


def number_in(state: bytes | None) -> int:
    """Return the next number that a state names."""
    return int(state.strip()) if state else 0
