"""A sink in a process of its own."""

from connectors.batch import Batch
from connectors.errors import RecordError
from connectors.isolation.batch_frame import batch_frame
from connectors.isolation.isolated_plugin import IsolatedPlugin
from connectors.isolation.plugin_process import Patience
from connectors.plugin import Sink


class IsolatedSink(IsolatedPlugin, Sink):
    """Sends batches there, and brings back what became of them."""

    def open(self) -> None:
        """Open the sink."""
        self._open(None)

    def consume(self, batch: Batch) -> None:
        """Have the sink consume the batch; what it rejects is rejected here."""
        self._ensure_open(None)
        frame = batch_frame(batch)
        rejections = self._call("consume", frame, Patience(limit_s=self._timeouts.consume_s))
        for offset, text in rejections:
            batch.reject(offset, RecordError(text))

    def close(self) -> None:
        """Close the sink, and end its process."""
        self._close()
