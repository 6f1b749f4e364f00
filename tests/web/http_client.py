"""Asks the HTTP API over real sockets, each time on a connection of its own."""

import contextlib
import http.client
import json
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Address = tuple[str, int]

CLIENT_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        assert self.headers["Content-Type"] == "application/json"
        return json.loads(self.body)


def request(
    address: Address,
    path: str,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
) -> Answer:
    connection = http.client.HTTPConnection(*address, timeout=CLIENT_S)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        response = connection.getresponse()
        return Answer(status=response.status, headers=response.headers, body=response.read())
    finally:
        connection.close()


@contextlib.contextmanager
def raw_connection(address: Address) -> Iterator[socket.socket]:
    with socket.create_connection(address, timeout=CLIENT_S) as connection:
        yield connection


def until_closed(connection: socket.socket) -> bytes:
    """Read until the server closes; a reset counts as that."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while chunk := connection.recv(65536):
            received += chunk
    return received
