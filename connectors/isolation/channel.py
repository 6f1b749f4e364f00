"""One end of the connection between the runtime and a plugin's process; one thread at a time.

A frame is its length in 8 bytes and a packed value. Each call into the kernel lets other threads
have the interpreter, which may take them a while to give back: a frame is to need few of them.
"""

import socket
import struct
from collections.abc import Callable
from typing import Any, TypeVar

from connectors.isolation.wire import pack, unpack

T = TypeVar("T")

_LENGTH = struct.Struct("<Q")
_MOST_BYTES = 2**31
_BUFFER_BYTES = 1024 * 1024  # as much of it as the kernel grants
_READ_BYTES = 4096


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
        look_every_s: float = 0.0,
        pause: Callable[[], None] = lambda: None,
    ) -> None:
        # The kernel's own time limits, since Python's would take a call more for each wait.
        seconds, fraction_s = divmod(look_every_s, 1)
        limit = struct.pack("@ll", int(seconds), int(fraction_s * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            connection.setsockopt(socket.SOL_SOCKET, option, limit)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER_BYTES)
        self._connection = connection
        self._pause = pause
        self._ahead = b""

    def send(self, value: object) -> None:
        """Write a frame. Raises ChannelError."""
        body = pack(value)
        if len(body) > _MOST_BYTES:
            raise ChannelError(f"a frame of {len(body)} bytes is too large")
        rest = memoryview(_LENGTH.pack(len(body)) + body)
        while rest:
            rest = rest[self._waiting(self._connection.send, rest) :]

    def receive(self) -> Any:
        """Wait for a frame and return its value. Raises ChannelError."""
        while len(self._ahead) < _LENGTH.size:
            self._ahead += self._received(self._waiting(self._connection.recv, _READ_BYTES))
        (length,) = _LENGTH.unpack_from(self._ahead)
        if length > _MOST_BYTES:
            raise ChannelError(f"a frame of {length} bytes is too large")
        body = bytearray(length)
        begun = self._ahead[_LENGTH.size : _LENGTH.size + length]
        self._ahead = self._ahead[_LENGTH.size + length :]
        body[: len(begun)] = begun
        rest = memoryview(body)[len(begun) :]
        while rest:
            count = self._waiting(self._connection.recv_into, rest, 0, socket.MSG_WAITALL)
            rest = rest[self._received(count) :]
        try:
            return unpack(body)
        except ValueError as error:
            raise ChannelError("a frame cannot be read") from error

    def close(self) -> None:
        """Let go of the connection; the other side learns of it."""
        self._connection.close()

    def _waiting(self, call: Callable[..., T], *arguments: object) -> T:
        while True:
            try:
                return call(*arguments)
            except BlockingIOError:
                self._pause()
            except OSError as error:
                raise ChannelError(f"the connection is lost: {error}") from error

    @staticmethod
    def _received(what: T) -> T:
        if not what:
            raise ChannelError("the connection has ended")
        return what
