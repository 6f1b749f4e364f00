import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from actors.core import Actor, Ref
from config.secret import Secret
from tests.web.conftest import Serve
from tests.web.http_client import request
from web import runtime_endpoints
from web.application import application


class StuckSupervisor(Actor):
    """Stays in its first message until it is released."""

    mailbox_limit = 2

    def __init__(self, is_stuck: threading.Event, release: threading.Event) -> None:
        super().__init__()
        self._is_stuck = is_stuck
        self._release = release

    def on_receive(self, _message: Any) -> Any:
        self._is_stuck.set()
        self._release.wait(30)


@pytest.fixture
def release() -> threading.Event:
    return threading.Event()


@pytest.fixture
def stuck(release: threading.Event) -> Iterator[Ref]:
    is_stuck = threading.Event()
    ref = StuckSupervisor.start(is_stuck, release)
    ref.tell("work")
    assert is_stuck.wait(5)
    yield ref
    release.set()
    ref.stop(timeout=5)


def test_a_stuck_supervisor_is_unhealthy_in_time(stuck: Ref, serve: Serve) -> None:
    address = serve(build=partial(application, stuck, Secret(""))).address
    started_s = time.monotonic()
    answer = request(address, "/health")
    assert (answer.status, answer.json()["status"]) == (503, "unhealthy")
    assert 1.9 < time.monotonic() - started_s < 4


def test_the_root_is_answered_whatever_the_supervisor_does(stuck: Ref, serve: Serve) -> None:
    address = serve(build=partial(application, stuck, Secret(""))).address
    assert request(address, "/").status == 200


def test_a_full_mailbox_is_answered_at_once(stuck: Ref, serve: Serve) -> None:
    address = serve(build=partial(application, stuck, Secret(""))).address
    for _ in range(2):
        stuck.tell("more work")
    answer = request(address, "/sinks")
    assert (answer.status, answer.json()["code"]) == (503, "mailbox_full")


def test_an_answer_that_comes_after_the_servers_end_harms_nobody(
    stuck: Ref, serve: Serve, release: threading.Event, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_endpoints, "HEALTH_S", 0.05)
    server = serve(build=partial(application, stuck, Secret("")))
    assert request(server.address, "/health").status == 503
    assert server.stop(2)
    release.set()
    assert stuck.ask("still there?", timeout=5) is None
