"""A sink that cannot take anything for as long as the test wants."""

import builtins
from pathlib import Path

from connectors import Batch
from tests.support.plugins.recording_sink import RecordingSink


class FailingSink(RecordingSink):
    """Raises the built-in exception that the file `failure` names, while it is there."""

    def consume(self, batch: Batch) -> None:
        """Fail, or record."""
        failure = Path(self.config["failure"])
        if failure.exists():
            raise getattr(builtins, failure.read_text())("the target is down")
        super().consume(batch)
