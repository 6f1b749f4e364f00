"""A sink that does not come back from `close`."""

import time

from tests.support.plugins.recording_sink import RecordingSink


class StuckInCloseSink(RecordingSink):
    """Records, and stays in `close` until the process ends."""

    def close(self) -> None:
        """Block."""
        while True:
            time.sleep(1)
