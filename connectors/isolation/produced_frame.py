"""What a source has produced on its way out of its process: payloads as bytes, the rest as it is.

What cannot be sent to Iggy is not judged here: it arrives as it is, or as a `ForeignValue`, and the
runtime finds what is wrong with it as with any other source.
"""

from collections.abc import Sequence
from itertools import repeat
from typing import Any

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs import find_codec
from connectors.column import Column
from connectors.errors import FatalError, RecordError
from connectors.isolation.wire import ForeignValue
from connectors.outgoing import produced_records
from connectors.produced import Produced, ProducedRecord


def produced_frame(produced: Produced | None) -> dict[str, object] | None:
    """Return what `poll` returned as it is sent. Raises FatalError where it is no Produced."""
    if produced is None:
        return None
    records = produced_records(produced)
    columns = zip(*records, strict=True) if records else ((), (), (), (), ())
    payloads, ids, headers, keys, partitions = columns
    return {
        "payloads": _written(list(payloads), produced.schema),
        "ids": _if_any(ids),
        "headers": _if_any(headers),
        "keys": _if_any(keys),
        "partitions": _if_any(partitions),
        "schema": str(produced.schema),
        "state": produced.state,
    }


def read_produced(frame: dict[str, Any] | None) -> Produced | None:
    """Return what was sent."""
    if frame is None:
        return None
    payloads = frame["payloads"]
    columns = [frame[name] or repeat(None) for name in ("ids", "headers", "keys", "partitions")]
    records = list(map(ProducedRecord, payloads, *columns))
    return Produced(records, schema=frame["schema"], state=frame["state"])


def _if_any(entries: Sequence[object]) -> Sequence[object] | None:
    return None if entries.count(None) == len(entries) else entries


def _written(payloads: list[object], schema: Schema | str) -> list[object]:
    """Write the payloads that are values, each by itself where one of them cannot be written."""
    try:
        codec = find_codec(Schema(schema))
    except (ConfigError, ValueError):
        return payloads
    at = [row for row, payload in enumerate(payloads) if not isinstance(payload, bytes)]
    column = Column(codec.kind, [payloads[row] for row in at])
    try:
        codec.encode(column)
    except (FatalError, RecordError):
        return payloads
    for row, written in zip(column.rows, column.values, strict=True):
        payloads[at[row]] = written
    for row in column.rejections:
        payloads[at[row]] = ForeignValue(repr(payloads[at[row]]))
    return payloads
