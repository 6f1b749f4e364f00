"""A running HTTP server in front of a canned supervisor, on a free port."""

import queue
from collections.abc import Callable, Iterator
from functools import partial

import pytest

from actors.core import ChildDied, ChildReady, Ref
from config.secret import Secret
from tests.web.canned_supervisor import CannedSupervisor
from web.application import application
from web.bottle_app import WsgiApplication
from web.http_server import HttpServer
from web.hub_thread import HubThread

Reports = queue.SimpleQueue[ChildReady | ChildDied]
Serve = Callable[..., HttpServer]


@pytest.fixture
def reports() -> Reports:
    return queue.SimpleQueue()


@pytest.fixture
def supervisor(reports: Reports) -> Iterator[Ref]:
    ref = CannedSupervisor.start(reports)
    yield ref
    ref.stop(timeout=5)


@pytest.fixture
def serve(supervisor: Ref) -> Iterator[Serve]:
    """Start servers; each listens, and answers unless it is told not to."""
    servers = []

    def start(
        *,
        api_key: str = "",
        build: Callable[[HubThread], WsgiApplication] | None = None,
        on_end: Callable[[BaseException | None], None] = lambda _: None,
        is_open: bool = True,
    ) -> HttpServer:
        server = HttpServer(
            host="127.0.0.1",
            port=0,
            build_application=build or partial(application, supervisor, Secret(api_key)),
            on_end=on_end,
        )
        servers.append(server)
        server.start()
        if is_open:
            server.open_doors()
        return server

    yield start
    still_running = [server for server in servers if not server.stop(2)]
    assert not still_running


@pytest.fixture
def api(serve: Serve) -> tuple[str, int]:
    """Return the address of an API without a key."""
    return serve().address
