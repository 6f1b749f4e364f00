"""A sink of which a test can see what it took, also after the process was killed."""

import json
import os
from pathlib import Path

from connectors import Batch, Sink


class RecordingSink(Sink):
    """Appends a line for each batch to the file `record`; it is on disk when `consume` returns."""

    def consume(self, batch: Batch) -> None:
        """Write down partition, offsets and values."""
        self.write_down(batch.partition_id, list(batch.offsets), list(batch.values))

    def write_down(self, *columns: object) -> None:
        """Append one line."""
        with Path(self.config["record"]).open("a") as file:
            file.write(json.dumps(columns) + "\n")
            file.flush()
            os.fsync(file.fileno())
