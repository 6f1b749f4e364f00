"""A source of numbers in order, whose state is the next number."""

from connectors import Produced, ProducedRecord, Source


class NumberedSource(Source):
    """Yields `batch` numbers at a time, from where its state says, up to below `end`."""

    def open(self, state: bytes | None) -> None:
        """Go on."""
        self._next = self._staged = int(state or 0)

    def poll(self) -> Produced | None:
        """Yield the next numbers, at most every 10 ms."""
        if self.stopping.wait(0.01) or self._next >= self.config["end"]:
            return None
        self._staged = min(self._next + self.config["batch"], self.config["end"])
        records = [ProducedRecord(number) for number in range(self._next, self._staged)]
        return Produced(records=records, state=str(self._staged).encode())

    def on_batch_result(self, accepted: bool) -> None:
        """Move on when the numbers are in Iggy."""
        if accepted:
            self._next = self._staged
