"""What a Python transform is given, and gives back."""

from typing import Any

from connectors.message import ReceivedHeaders, ReceivedMessage, plain_headers
from connectors.produced import Headers, ProducedRecord


class TransformRecord:
    """One record on its way through the transforms.

    `payload` may be changed or replaced; it is anything JSON can hold for schema `json`, `str` for
    `text`, else mostly `bytes`. The rest belongs to the message that the record came with.
    """

    __slots__ = ("_origin", "payload")

    def __init__(self, origin: ReceivedMessage | ProducedRecord, payload: Any) -> None:
        self.payload = payload
        self._origin = origin

    def with_payload(self, payload: Any) -> "TransformRecord":
        """Return a further record that came with the same message."""
        return TransformRecord(self._origin, payload)

    @property
    def id(self) -> int | None:
        """The unsigned 128-bit id; None where a source gave none."""
        origin = self._origin
        return origin.id if isinstance(origin, ProducedRecord) else origin.id()

    @property
    def offset(self) -> int | None:
        """Where the message stands in its partition; None on its way into Iggy."""
        return None if isinstance(self._origin, ProducedRecord) else self._origin.offset()

    @property
    def timestamp(self) -> int | None:
        """When the server took the message, in microseconds since 1970; None before that."""
        return None if isinstance(self._origin, ProducedRecord) else self._origin.timestamp()

    @property
    def headers(self) -> ReceivedHeaders | Headers:
        """The user headers as plain keys and values; empty when there are none."""
        if isinstance(self._origin, ProducedRecord):
            return self._origin.headers or {}
        return plain_headers(self._origin)

    def __repr__(self) -> str:
        return f"TransformRecord(offset={self.offset})"
