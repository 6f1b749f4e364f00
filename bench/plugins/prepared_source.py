"""A source whose payloads are made before the first poll."""

from connectors import Produced, ProducedRecord, Source


class PreparedSource(Source):
    """Yields `records` records that all hold `payload`, as fast as they are taken."""

    def open(self, state: bytes | None) -> None:
        """Prepare; the state counts batches."""
        self._batches = int(state or 0)
        payload = self.config["payload"].encode()
        self._records = [ProducedRecord(payload) for _ in range(self.config["records"])]

    def poll(self) -> Produced | None:
        """Yield the same again, with a new state."""
        return Produced(records=self._records, state=b"%d" % (self._batches + 1))

    def on_batch_result(self, accepted: bool) -> None:
        """Count."""
        self._batches += accepted
