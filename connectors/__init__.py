"""The plugin SDK: everything that the author of a sink or a source needs."""

try:
    from config.text_fields import SecretText
except ModuleNotFoundError as error:
    import config

    raise ImportError(
        f"{config!r} hides the package config, which connectors need: give it another name"
    ) from error
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
