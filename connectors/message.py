"""What a batch is made of: received messages of the Iggy SDK, by shape and not by import."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Protocol

from connectors.produced import HeaderValue

ReceivedHeaders = Mapping[HeaderValue, HeaderValue]

_NO_HEADERS: ReceivedHeaders = MappingProxyType({})


class ReceivedMessage(Protocol):
    """One message as the SDK hands it out; times are microseconds since 1970."""

    def payload(self) -> bytes:
        """Copy the payload; each call costs that copy."""

    def offset(self) -> int:
        """Return the offset in its partition."""

    def timestamp(self) -> int:
        """Return when the server took the message."""

    def origin_timestamp(self) -> int:
        """Return when the producer made the message."""

    def id(self) -> int:
        """Return the unsigned 128-bit id."""

    def checksum(self) -> int:
        """Return the unsigned 64-bit checksum."""

    def user_headers(self) -> Mapping[object, object] | None:
        """Return the typed headers, None without any; ValueError when they cannot be read."""


def plain_headers(message: ReceivedMessage) -> ReceivedHeaders:
    """Return the headers of `message` as plain keys and values, empty when it has none.

    Headers that cannot be read count as none, as in the reference. Where two typed keys fall
    together as plain ones (int8 1 and int16 1), the typed mapping itself is returned.
    """
    try:
        headers = message.user_headers()
    except ValueError:
        return _NO_HEADERS
    if headers is None:
        return _NO_HEADERS
    try:
        plain: ReceivedHeaders = headers.to_scalar_dict()  # type: ignore[attr-defined]
    except (AttributeError, ValueError):
        return headers  # type: ignore[return-value]
    return plain
