"""The socket of the HTTP API, bound at once so that an address in use is found out at the start."""

import errno
import socket

from web.errors import AddressInUseError, AddressUnavailableError

_BACKLOG = 512


def listening_socket(host: str, port: int) -> socket.socket:
    """Listen on `host`, a name or an IPv4 or IPv6 address; port 0 takes a free one.

    Connections wait in the backlog until somebody accepts them. Raises AddressInUseError,
    AddressUnavailableError.
    """
    place = f"{host}:{port}" if ":" not in host else f"[{host}]:{port}"
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise AddressUnavailableError(f"the HTTP API cannot listen on {place}: {error}") from error
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit it; without it an answer waits 40 ms for the client's ack.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.EADDRINUSE:
            raise AddressInUseError(
                f"the HTTP API cannot listen on {place}: the address is in use"
            ) from error
        raise AddressUnavailableError(
            f"the HTTP API cannot listen on {place}: {error.strerror}"
        ) from error
    listener.setblocking(False)
    return listener
