"""A sink that stands still in `consume`, as one does whose target does not answer."""

import time
from pathlib import Path

from connectors import Batch
from tests.support.plugins.recording_sink import RecordingSink


class HoldingSink(RecordingSink):
    """Holds the first batch with a value of at least `hold_from` until the file `release` is there.

    Meanwhile the file `held` is there. It does not look at `stopping`.
    """

    def consume(self, batch: Batch) -> None:
        """Hold, then record."""
        release = Path(self.config["release"])
        if max(batch.values) >= self.config["hold_from"] and not release.exists():
            Path(self.config["held"]).touch()
            while not release.exists():
                time.sleep(0.01)
        super().consume(batch)
