"""The plugin SDK: everything that the author of a sink or a source needs."""

from connectors.batch import Batch
from connectors.errors import FatalError, RecordError, RetryableError
from connectors.plugin import Sink, Source
from connectors.produced import Produced, ProducedRecord
from connectors.record import Record

__all__ = [
    "Batch",
    "FatalError",
    "Produced",
    "ProducedRecord",
    "Record",
    "RecordError",
    "RetryableError",
    "Sink",
    "Source",
]
