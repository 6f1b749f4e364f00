"""What authors of connectors test theirs with; made for pytest, but nothing here needs it."""

from connectors.testing.batches import make_batch
from connectors.testing.sink_contract import SinkContract
from connectors.testing.source_contract import SourceContract

__all__ = ["SinkContract", "SourceContract", "make_batch"]
