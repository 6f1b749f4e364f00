"""A port for a process that must know it before it starts."""

import socket


def free_port() -> int:
    """Return a TCP port on which nobody listens at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
