"""A batch on its way into a plugin's process: column by column, in whatever form sends fast."""

from array import array
from collections.abc import Mapping
from typing import Any

from config.model import Schema
from connectors.batch import Batch
from connectors.header_field import HeaderField, HeaderKind, ReadHeaders

_ID_BYTES = 16
_NUMBERS = ("offsets", "timestamps", "origin_timestamps", "checksums")


def batch_frame(batch: Batch) -> dict[str, object]:
    """Return what a batch is sent as: payloads after transforms, and what `schema` they have."""
    payloads = batch.payloads  # first: what cannot be written leaves all columns
    frame: dict[str, object] = {
        name: array("Q", getattr(batch, name)).tobytes() for name in _NUMBERS
    }
    headers = batch.typed_headers
    return {
        **frame,
        "payloads": payloads,
        "ids": b"".join([number.to_bytes(_ID_BYTES, "little") for number in batch.ids]),
        "headers": headers if any(headers) else None,
        "stream": batch.stream,
        "topic": batch.topic,
        "partition_id": batch.partition_id,
        "current_offset": batch.current_offset,
        "schema": str(batch.schema),
    }


def read_batch(frame: dict[str, Any]) -> Batch:
    """Return the batch that was sent; messages are made of its columns."""
    payloads, ids = frame["payloads"], frame["ids"]
    rows = zip(
        payloads,
        *(array("Q", frame[name]) for name in _NUMBERS),
        [ids[at : at + _ID_BYTES] for at in range(0, len(ids), _ID_BYTES)],
        frame["headers"] or [None] * len(payloads),
        strict=True,
    )
    return Batch(
        [_SentMessage(row) for row in rows],
        stream=frame["stream"],
        topic=frame["topic"],
        partition_id=frame["partition_id"],
        current_offset=frame["current_offset"],
        schema=Schema(frame["schema"]),
    )


class _SentMessage:
    """A received message, as `connectors.message.ReceivedMessage` says, over a row of columns."""

    __slots__ = ("_row",)

    def __init__(self, row: tuple[Any, ...]) -> None:
        self._row = row

    def payload(self) -> bytes:
        payload: bytes = self._row[0]
        return payload

    def offset(self) -> int:
        return int(self._row[1])

    def timestamp(self) -> int:
        return int(self._row[2])

    def origin_timestamp(self) -> int:
        return int(self._row[3])

    def checksum(self) -> int:
        return int(self._row[4])

    def id(self) -> int:
        return int.from_bytes(self._row[5], "little")

    def user_headers(self) -> Mapping[object, object] | None:
        headers = self._row[6]
        if not headers:
            return None
        pairs: Mapping[Any, Any] = ReadHeaders(
            (_field(*key), _field(*value)) for key, value in headers
        )
        return pairs


def _field(kind: int, data: bytes) -> HeaderField:
    return HeaderField(HeaderKind(kind), data)
