"""A batch on its way into a plugin's process: column by column, and only those that are read.

Most plugins read few columns, and always the same. So the first batch has all; later ones have
those that were read so far, and any other is asked for while the batch is being consumed.
"""

from array import array
from collections.abc import Callable, Collection, Mapping
from itertools import repeat
from typing import Any

from config.model import Schema
from connectors.batch import Batch
from connectors.header_field import HeaderField, HeaderKind, ReadHeaders

# Returns what `column_frame` made of the column of that name.
AskForColumn = Callable[[str], Any]

OPTIONAL_COLUMNS = frozenset({"ids", "timestamps", "origin_timestamps", "checksums", "headers"})

_ID_BYTES = 16


def batch_frame(batch: Batch, columns: Collection[str]) -> dict[str, object]:
    """Return what a batch is sent as, with some of the optional columns.

    Payloads are those after transforms, and `schema` says what they are written in.
    """
    payloads = batch.payloads  # first: what cannot be written leaves all columns
    return {
        "payloads": payloads,
        "offsets": array("Q", batch.offsets).tobytes(),
        "stream": batch.stream,
        "topic": batch.topic,
        "partition_id": batch.partition_id,
        "current_offset": batch.current_offset,
        "schema": str(batch.schema),
        "columns": {name: column_frame(batch, name) for name in columns},
    }


def column_frame(batch: Batch, name: str) -> object:
    """Return what one of the optional columns is sent as."""
    match name:
        case "ids":
            return b"".join([number.to_bytes(_ID_BYTES, "little") for number in batch.ids])
        case "headers":
            headers = batch.typed_headers
            return headers if any(headers) else None
        case _:
            return array("Q", getattr(batch, name)).tobytes()


def read_batch(frame: dict[str, Any], ask: AskForColumn, was_read: set[str]) -> Batch:
    """Return the batch that was sent; the names of optional columns are added as they are read."""
    payloads = frame["payloads"]
    offsets = array("Q", frame["offsets"]).tolist()
    columns = _Columns(frame["columns"], ask, was_read)
    columns.update(payloads=payloads, offsets=offsets)
    rows = zip(repeat(columns), range(len(payloads)), strict=False)
    batch = Batch(
        list(map(_SentMessage, rows)),
        stream=frame["stream"],
        topic=frame["topic"],
        partition_id=frame["partition_id"],
        current_offset=frame["current_offset"],
        schema=Schema(frame["schema"]),
    )
    # Copies: records that are rejected leave the batch's columns.
    vars(batch).update(payloads=list(payloads), offsets=list(offsets))
    return batch


class _Columns(dict[str, Any]):
    """Columns by name, each read from what was sent when it is first asked for."""

    def __init__(self, sent: dict[str, Any], ask: AskForColumn, was_read: set[str]) -> None:
        super().__init__()
        self._sent = sent
        self._ask = ask
        self._was_read = was_read

    def __missing__(self, name: str) -> Any:
        self._was_read.add(name)
        sent = self._sent[name] if name in self._sent else self._ask(name)
        if name not in ("ids", "headers"):
            sent = array("Q", sent).tolist()
        self[name] = sent
        return sent


class _SentMessage(tuple[_Columns, int]):
    """A received message, as `connectors.message.ReceivedMessage` says: columns and a row.

    A tuple, because there are as many as messages, and nothing else is made as fast.
    """

    __slots__ = ()

    def payload(self) -> bytes:
        payload: bytes = self[0]["payloads"][self[1]]
        return payload

    def offset(self) -> int:
        return int(self[0]["offsets"][self[1]])

    def timestamp(self) -> int:
        return int(self[0]["timestamps"][self[1]])

    def origin_timestamp(self) -> int:
        return int(self[0]["origin_timestamps"][self[1]])

    def checksum(self) -> int:
        return int(self[0]["checksums"][self[1]])

    def id(self) -> int:
        start = self[1] * _ID_BYTES
        return int.from_bytes(self[0]["ids"][start : start + _ID_BYTES], "little")

    def user_headers(self) -> Mapping[object, object] | None:
        headers = self[0]["headers"]
        if headers is None or not headers[self[1]]:
            return None
        pairs: Mapping[Any, Any] = ReadHeaders(
            (_field(*key), _field(*value)) for key, value in headers[self[1]]
        )
        return pairs


def _field(kind: int, data: bytes) -> HeaderField:
    return HeaderField(HeaderKind(kind), data)
