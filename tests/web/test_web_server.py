import socket
import threading

import pytest

from actors.core import ChildDied, ChildReady, Lineage, Ref, tell
from actors.lifecycle import StartAnswering
from config.model import HttpConfig
from config.secret import Secret
from tests.web.conftest import Reports
from tests.web.http_client import raw_connection, request, until_closed
from web import hub_thread
from web.errors import AddressInUseError
from web.web_server import start_web_server


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(supervisor: Ref, port: int, *, host: str = "127.0.0.1", api_key: str = "") -> Ref:
    http = HttpConfig(enabled=True, host=host, port=port, api_key=Secret(api_key))
    return start_web_server(http, supervisor)(
        Lineage(parent=supervisor, name="web-server", incarnation=1)
    )


def _report(reports: Reports) -> ChildReady | ChildDied:
    return reports.get(timeout=5)


def test_it_listens_at_once_and_answers_when_it_is_told_to(
    supervisor: Ref, reports: Reports, port: int
) -> None:
    server = _start(supervisor, port)
    assert isinstance(_report(reports), ChildReady)
    with raw_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nConnection: close\r\n\r\n")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.settimeout(5)
        tell(server, StartAnswering())
        assert b'"healthy"' in until_closed(connection)
    server.stop(timeout=5)


def test_an_address_in_use_is_told_to_the_parent(
    supervisor: Ref, reports: Reports, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)):
        _start(supervisor, port)
        report = _report(reports)
    assert isinstance(report, ChildDied)
    assert isinstance(report.error, AddressInUseError)
    assert not _http_threads()


def test_a_stop_ends_the_thread_and_frees_the_address(
    supervisor: Ref, reports: Reports, port: int
) -> None:
    for _ in range(2):
        server = _start(supervisor, port)
        assert isinstance(_report(reports), ChildReady)
        tell(server, StartAnswering())
        assert request(("127.0.0.1", port), "/").status == 200
        server.stop(timeout=5)
        report = _report(reports)
        assert isinstance(report, ChildDied)
        assert report.error is None
        assert not _http_threads()


def test_the_end_of_the_servers_thread_is_the_end_of_the_actor(
    supervisor: Ref, reports: Reports, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_thread, "HEARTBEAT_S", 0.05)
    _start(supervisor, port)
    assert isinstance(_report(reports), ChildReady)
    monkeypatch.setattr(hub_thread, "HEARTBEAT_S", "a fault of the hub")
    report = _report(reports)
    assert isinstance(report, ChildDied)
    assert "the HTTP server ended" in str(report.error)
    assert not _http_threads()


@pytest.mark.parametrize(
    "case",
    [
        ("127.0.0.1", "", ["INFO"]),
        ("0.0.0.0", "", ["INFO", "WARNING"]),  # noqa: S104
        ("0.0.0.0", "a key", ["INFO"]),  # noqa: S104
    ],
)
def test_an_api_that_is_open_to_the_network_is_warned_of(
    supervisor: Ref, port: int, caplog: pytest.LogCaptureFixture, case: tuple[str, str, list[str]]
) -> None:
    host, api_key, levels = case
    caplog.set_level("INFO", "web")
    server = _start(supervisor, port, host=host, api_key=api_key)
    server.stop(timeout=5)
    assert [record.levelname for record in caplog.records if record.name == "web"] == levels
    assert "a key" not in caplog.text


def _http_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "http"]
