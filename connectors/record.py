"""One record of a batch, as plugins see it."""

from typing import Any

from connectors.message import ReceivedHeaders, ReceivedMessage, plain_headers


class Record:
    """A light view of one message; what is asked for is read from it at each access.

    `payload` is anything JSON can hold for schema `json`, `str` for `text`, else `bytes`.
    """

    __slots__ = ("_batch", "_message", "payload")

    def __init__(self, batch: object, message: ReceivedMessage, payload: Any) -> None:
        self.payload = payload
        self._batch = batch
        self._message = message

    def is_of(self, batch: object) -> bool:
        """Tell whether it came with `batch`."""
        return self._batch is batch

    @property
    def id(self) -> int:
        """The unsigned 128-bit id that its producer or the server gave it."""
        return self._message.id()

    @property
    def offset(self) -> int:
        """Where it stands in its partition."""
        return self._message.offset()

    @property
    def timestamp(self) -> int:
        """When the server took it, in microseconds since 1970."""
        return self._message.timestamp()

    @property
    def origin_timestamp(self) -> int:
        """When its producer made it, in microseconds since 1970."""
        return self._message.origin_timestamp()

    @property
    def checksum(self) -> int:
        """The unsigned 64-bit checksum of the message."""
        return self._message.checksum()

    @property
    def headers(self) -> ReceivedHeaders:
        """The user headers as plain keys and values; empty when there are none."""
        return plain_headers(self._message)

    def __repr__(self) -> str:
        return f"Record(offset={self.offset})"
