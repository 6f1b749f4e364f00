"""A sink whose target was never there."""

from tests.support.plugins.recording_sink import RecordingSink


class UnopenableSink(RecordingSink):
    """Raises in `open`."""

    def open(self) -> None:
        """Fail."""
        raise ConnectionRefusedError("no such target")
