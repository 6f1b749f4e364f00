"""One end of the connection between the runtime and a plugin's process; one thread at a time.

A frame is its length in 8 bytes and a packed value.
"""

import socket
import struct
from collections.abc import Callable
from typing import Any

from connectors.isolation.wire import pack, unpack

_LENGTH = struct.Struct("<Q")
_MOST_BYTES = 2**31


class ChannelError(Exception):
    """The other side is gone, or does not keep to the form."""


class Channel:
    """`pause` is called every `look_every_s` while a call waits; what it raises ends the wait.

    After that, or after a ChannelError, the channel is of no more use.
    """

    def __init__(
        self,
        connection: socket.socket,
        *,
        look_every_s: float | None = None,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        connection.settimeout(look_every_s)
        self._connection = connection
        self._pause = pause

    def send(self, value: object) -> None:
        """Write a frame. Raises ChannelError."""
        body = pack(value)
        if len(body) > _MOST_BYTES:
            raise ChannelError(f"a frame of {len(body)} bytes is too large")
        rest = memoryview(_LENGTH.pack(len(body)) + body)
        while rest:
            try:
                rest = rest[self._connection.send(rest) :]
            except TimeoutError:
                self._pause()
            except OSError as error:
                raise ChannelError(f"the connection is lost: {error}") from error

    def receive(self) -> Any:
        """Wait for a frame and return its value. Raises ChannelError."""
        (length,) = _LENGTH.unpack(self._receive(_LENGTH.size))
        if length > _MOST_BYTES:
            raise ChannelError(f"a frame of {length} bytes is too large")
        try:
            return unpack(self._receive(length))
        except ValueError as error:
            raise ChannelError("a frame cannot be read") from error

    def close(self) -> None:
        """Let go of the connection; the other side learns of it."""
        self._connection.close()

    def _receive(self, size_bytes: int) -> bytearray:
        received = bytearray(size_bytes)
        rest = memoryview(received)
        while rest:
            try:
                count = self._connection.recv_into(rest)
            except TimeoutError:
                self._pause()
                continue
            except OSError as error:
                raise ChannelError(f"the connection is lost: {error}") from error
            if count == 0:
                raise ChannelError("the connection has ended")
            rest = rest[count:]
        return received
