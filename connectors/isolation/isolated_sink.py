"""A sink in a process of its own."""

from functools import partial

from connectors.batch import Batch
from connectors.errors import RecordError
from connectors.isolation.batch_frame import OPTIONAL_COLUMNS, batch_frame, column_frame
from connectors.isolation.isolated_plugin import IsolatedPlugin
from connectors.isolation.plugin_process import Patience
from connectors.plugin import Sink


class IsolatedSink(IsolatedPlugin, Sink):
    """Sends batches there, and brings back what became of them."""

    _columns = OPTIONAL_COLUMNS

    def open(self) -> None:
        """Open the sink."""
        self._open(None)

    def consume(self, batch: Batch) -> None:
        """Have the sink consume the batch; what it rejects is rejected here."""
        self._ensure_open(None)
        answer = self._call(
            "consume",
            batch_frame(batch, self._columns),
            Patience(limit_s=self._timeouts.consume_s),
            partial(column_frame, batch),
        )
        self._columns = frozenset(answer["columns"])
        for offset, text in answer["rejections"]:
            batch.reject(offset, RecordError(text))

    def close(self) -> None:
        """Close the sink, and end its process."""
        self._close()
