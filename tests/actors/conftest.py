"""Fixtures for the tests of the actors: none outlives the test that started it."""

import threading
import time
from collections.abc import Iterator

import pykka
import pytest

from tests.support.probe import Probe

_END_DEADLINE_S = 5.0


@pytest.fixture(autouse=True)
def _stop_all_actors() -> Iterator[None]:
    threads_before = set(threading.enumerate())
    refs_before = pykka.ActorRegistry.get_all()
    yield
    for ref in reversed(pykka.ActorRegistry.get_all()):
        if ref not in refs_before:
            ref.stop(block=False)
    deadline_s = time.monotonic() + _END_DEADLINE_S
    started = [thread for thread in threading.enumerate() if thread not in threads_before]
    actors = [thread for thread in started if _is_actor(thread)]
    for thread in actors:
        thread.join(max(0.0, deadline_s - time.monotonic()))
    left = [thread.name for thread in actors if thread.is_alive()]
    assert not left, f"actors that did not end: {left}"


def _is_actor(thread: threading.Thread) -> bool:
    """Tell an actor's thread by what it runs: names are those of connectors."""
    target = getattr(thread, "_target", None)
    return isinstance(getattr(target, "__self__", None), pykka.Actor)


@pytest.fixture
def probe() -> Probe:
    """Return a probe that is stopped after the test."""
    return Probe()
