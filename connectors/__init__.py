"""The plugin SDK: everything that the author of a sink or a source needs."""

from config.text_fields import SecretText
from connectors.batch import Batch
from connectors.errors import FatalError, RecordError, RetryableError
from connectors.plugin import Sink, Source
from connectors.produced import Produced, ProducedRecord
from connectors.record import Record
from connectors.retry import retry, retry_async
from connectors.stopping import wait_async

__all__ = [
    "Batch",
    "FatalError",
    "Produced",
    "ProducedRecord",
    "Record",
    "RecordError",
    "RetryableError",
    "SecretText",
    "Sink",
    "Source",
    "retry",
    "retry_async",
    "wait_async",
]
