import random
import socket
import threading
from collections.abc import Iterator
from typing import Any

import gevent
import pytest

from tests.web.conftest import Serve
from tests.web.http_client import Address, raw_connection, request, until_closed
from web import request_handler
from web.request_handler import MAX_BODY_BYTES, MAX_HEAD_BYTES


def _answer_to(api: Address, raw: bytes) -> bytes:
    with raw_connection(api) as connection:
        connection.sendall(raw)
        return until_closed(connection)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"\r\n\r\n", 400),
        (b"garbage\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 400),
        (b"GET / HTTP/x.y\r\n\r\n", 400),
        (b"GET http://[bad/ HTTP/1.1\r\n\r\n", 400),
        (b"POST /sinks HTTP/1.1\r\nContent-Length: many\r\n\r\n", 400),
        (b"POST /sinks HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST /sinks HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n", 411),
        (b"POST /sinks HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 411),
        (b"POST /sinks HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY_BYTES + 1), 413),
        (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 150 + b"\r\n", 400),
        (b"GET / HTTP/1.1\r\na: " + b"b" * MAX_HEAD_BYTES + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + (b"a: " + b"b" * 1000 + b"\r\n") * 40 + b"\r\n", 431),
    ],
)
def test_a_bad_request_is_refused_and_the_next_is_served(
    api: Address, raw: bytes, status: int
) -> None:
    assert _answer_to(api, raw).startswith(b"HTTP/1.1 %d " % status)
    assert request(api, "/health").status == 200


def test_noise_does_not_end_the_server(
    api: Address, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    noise = random.Random(6)
    for _ in range(200):
        with raw_connection(api) as connection:
            connection.sendall(noise.randbytes(noise.randrange(1, 300)) + b"\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
            until_closed(connection)
    assert request(api, "/health").status == 200
    assert not caplog.records
    assert capfd.readouterr().err == ""


def test_a_body_that_nobody_takes_does_not_disturb_the_next_request(api: Address) -> None:
    with raw_connection(api) as connection:
        body = b"x" * 100_000
        connection.sendall(b"POST /sinks HTTP/1.1\r\nContent-Length: 100000\r\n\r\n" + body)
        connection.sendall(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        answers = until_closed(connection)
    assert answers.startswith(b"HTTP/1.1 405 ")
    assert answers.count(b"HTTP/1.1 200 ") == 1


@pytest.mark.parametrize(
    ("raw", "answer"),
    [
        (b"", b""),
        (b"GET / HT", b""),
        (b"GET / HTTP/1.1\r\napi-key: x", b"HTTP/1.1 408 "),
    ],
)
def test_a_request_that_does_not_arrive_in_time_ends_the_connection(
    api: Address, monkeypatch: pytest.MonkeyPatch, raw: bytes, answer: bytes
) -> None:
    monkeypatch.setattr(request_handler, "REQUEST_HEAD_S", 0.1)
    received = _answer_to(api, raw)
    assert received.startswith(answer)
    assert bool(received) == bool(answer)


def test_a_body_that_does_not_arrive_in_time_ends_the_connection(
    api: Address, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_handler, "ANSWER_S", 0.1)
    raw = b"POST /sinks HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345"
    assert _answer_to(api, raw).startswith(b"HTTP/1.1 405 ")


def test_a_client_that_does_not_read_is_cut_off(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(request_handler, "ANSWER_S", 0.3)
    large = _LargeAnswer()

    def answer(_environ: object, start_response: Any) -> _LargeAnswer:
        start_response("200 OK", [])
        return large

    with raw_connection(serve(build=lambda _hub: answer).address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert large.is_given_up.wait(5)
        assert len(until_closed(connection)) < large.size_bytes
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_neither_the_answer_nor_the_body_is_waited_for_without_end(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_handler, "ANSWER_S", 0.1)
    monkeypatch.setattr(request_handler, "REQUEST_HEAD_S", 0.1)

    def endless(_environ: object, _start_response: object) -> list[bytes]:
        gevent.sleep(3600)
        return []

    with raw_connection(serve(build=lambda _hub: endless).address) as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\n12345")
        assert until_closed(connection) == b""


class _LargeAnswer:
    size_bytes = 50_000_000

    def __init__(self) -> None:
        self.is_given_up = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        yield bytes(self.size_bytes)

    def close(self) -> None:
        self.is_given_up.set()
