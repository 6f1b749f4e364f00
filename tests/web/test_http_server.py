import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import gevent
import pytest

from tests.web.conftest import Serve
from tests.web.http_client import raw_connection, request, until_closed
from web import request_handler
from web.errors import AddressInUseError, AddressUnavailableError
from web.hub_thread import HubEndedError
from web.listening_socket import listening_socket


def test_connections_wait_until_the_doors_are_open(serve: Serve) -> None:
    server = serve(is_open=False)
    with raw_connection(server.address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        server.open_doors()
        connection.settimeout(5)
        assert until_closed(connection).startswith(b"HTTP/1.1 200 ")


def test_an_address_in_use_is_named() -> None:
    with listening_socket("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AddressInUseError, match=f"127.0.0.1:{port}"):
            listening_socket("127.0.0.1", port)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid", "a" * 70, "2001:db8::1"])
def test_an_address_that_is_not_ours_is_named(host: str) -> None:
    with pytest.raises(AddressUnavailableError, match=host):
        listening_socket(host, 18081)


def test_answers_are_sent_without_delay() -> None:
    with listening_socket("127.0.0.1", 0) as listener:
        assert listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_idle_connection_does_not_hold_up_the_stop(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(request_handler, "REQUEST_HEAD_S", 3600)
    server = serve()
    with raw_connection(server.address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert connection.recv(12) == b"HTTP/1.1 200"
        threads = set(threading.enumerate())
        assert any(thread.name == "http" for thread in threads)
        assert server.stop(2)
        until_closed(connection)
    assert not caplog.records
    assert not any(thread.name == "http" for thread in threading.enumerate())


def test_a_running_request_is_finished_before_the_stop(serve: Serve) -> None:
    is_running = threading.Event()

    def slow(_environ: object, start_response: Any) -> list[bytes]:
        is_running.set()
        gevent.sleep(0.3)
        start_response("200 OK", [])
        return [b"done"]

    server = serve(build=lambda _hub: slow)
    with ThreadPoolExecutor(1) as threads:
        answer = threads.submit(request, server.address, "/")
        assert is_running.wait(5)
        assert server.stop(5)
        assert answer.result(5).body == b"done"
        assert answer.result(5).headers["Connection"] == "close"


def test_a_request_that_takes_too_long_is_cut_off_at_the_stop(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    is_running = threading.Event()

    def endless(_environ: object, _start_response: object) -> list[bytes]:
        is_running.set()
        gevent.sleep(30)
        return []

    server = serve(build=lambda _hub: endless)
    with raw_connection(server.address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert is_running.wait(5)
        assert server.stop(0.2)
        assert until_closed(connection) == b""
    assert [record.levelname for record in caplog.records] == ["WARNING"]


def test_new_connections_are_refused_after_the_stop(serve: Serve) -> None:
    server = serve()
    address = server.address
    assert server.stop(2)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address, timeout=5)


def test_a_fault_in_the_application_is_a_500_and_logged(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    def faulty(_environ: object, _start_response: object) -> list[bytes]:
        raise ValueError("the inner text")

    server = serve(build=lambda _hub: faulty)
    answer = request(server.address, "/")
    assert answer.status == 500
    assert b"inner" not in answer.body
    assert "the inner text" in caplog.text


def test_the_owner_is_told_what_ended_the_server(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    ends: list[BaseException | None] = []
    is_ended = threading.Event()

    def on_end(error: BaseException | None) -> None:
        ends.append(error)
        is_ended.set()

    def deadly(_environ: object, start_response: Any) -> list[bytes]:
        gevent.spawn(_raise_system_error)
        start_response("204 No Content", [])
        return []

    server = serve(build=lambda _hub: deadly, on_end=on_end)
    with raw_connection(server.address) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        until_closed(connection)
        assert is_ended.wait(5)
    assert [type(error) for error in ends] == [SystemError]
    assert "A greenlet has failed" in caplog.text
    with pytest.raises(HubEndedError):
        server.open_doors()


def test_the_owner_is_told_of_a_planned_end(serve: Serve) -> None:
    ends: list[BaseException | None] = []
    assert serve(on_end=ends.append).stop(2)
    assert ends == [None]


def _raise_system_error() -> None:
    raise SystemError("the hub is to end")
