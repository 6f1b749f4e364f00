"""A sink that is slower than what feeds it."""

import time

from connectors import Batch
from tests.support.plugins.recording_sink import RecordingSink


class SlowSink(RecordingSink):
    """Takes `pause_s` for each batch."""

    def consume(self, batch: Batch) -> None:
        """Take time, then record."""
        time.sleep(self.config["pause_s"])
        super().consume(batch)
