"""A sink that takes all records but some."""

from connectors import Batch, RecordError
from tests.support.plugins.recording_sink import RecordingSink


class RejectingSink(RecordingSink):
    """Rejects the value `rejects`, and raises RecordError for the value `refuses`."""

    def consume(self, batch: Batch) -> None:
        """Reject and refuse, then record the rest."""
        taken = []
        for record in batch:
            if record.payload == self.config["refuses"]:
                raise RecordError("refused by the test", offset=record.offset)
            if record.payload == self.config["rejects"]:
                batch.reject(record, "rejected by the test")
            else:
                taken.append(record)
        offsets, values = [one.offset for one in taken], [one.payload for one in taken]
        self.write_down(batch.partition_id, offsets, values)
