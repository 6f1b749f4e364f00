"""A batch on its way into a plugin's process: column by column, in whatever form sends fast."""

from array import array
from collections.abc import Mapping
from itertools import repeat
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
    """Return the batch that was sent, with the columns that are there already."""
    columns: dict[str, Any] = {name: array("Q", frame[name]).tolist() for name in _NUMBERS}
    columns["payloads"] = frame["payloads"]
    columns |= {name: frame[name] for name in ("ids", "headers")}
    rows = range(len(columns["payloads"]))
    batch = Batch(
        list(map(_SentMessage, zip(repeat(columns), rows, strict=False))),
        stream=frame["stream"],
        topic=frame["topic"],
        partition_id=frame["partition_id"],
        current_offset=frame["current_offset"],
        schema=Schema(frame["schema"]),
    )
    # Copies: records that are rejected leave the batch's columns.
    vars(batch).update({name: list(columns[name]) for name in ("payloads", *_NUMBERS)})
    return batch


class _SentMessage(tuple[dict[str, Any], int]):
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
