"""Fixtures for the tests of the actors: none outlives the test that started it."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pykka
import pytest

from actors.iggy.iggy_loop import IggyLoop
from actors.services import Services
from config.model import SinkConfig, SourceConfig
from tests.actors.iggy.answers import DEADLINE_S
from tests.actors.staged_plugins import STAGES, Stage
from tests.actors.staged_sink import StagedSinkConnector, StartSink
from tests.actors.staged_sink import configured as configured_sink
from tests.actors.staged_source import StagedSourceConnector, StartSource
from tests.actors.staged_source import configured as configured_source
from tests.actors.supervised_runtime import SupervisedRuntime
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe
from tests.support.sdk import unique_name

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


@pytest.fixture
def timer() -> ManualTimer:
    """Return the clock of `services`."""
    return ManualTimer()


@pytest.fixture
def services(timer: ManualTimer) -> Iterator[Services]:
    """Return services with a running Iggy loop, and a clock that only the test moves."""
    loop = IggyLoop()
    loop.start()
    yield Services(timer=timer, iggy_loop=loop)
    assert loop.stop(DEADLINE_S)


@pytest.fixture
def dead_address() -> Iterator[str]:
    """Return an address at which nobody listens, and nobody will."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


@pytest.fixture
def new_stage(_stop_all_actors: None) -> Iterator[Callable[[], Stage]]:
    """Make stages for the plugins of connectors; all their gates open at the end."""
    stages: list[Stage] = []

    def make() -> Stage:
        stage = Stage(unique_name("connector"))
        stages.append(stage)
        STAGES[stage.key] = stage
        return stage

    yield make
    for stage in stages:
        stage.release()


@pytest.fixture
def stage(new_stage: Callable[[], Stage]) -> Stage:
    """Return the stage of the only connector of a test."""
    return new_stage()


@pytest.fixture
def runtime(
    services: Services, timer: ManualTimer, dead_address: str, tmp_path: Path
) -> SupervisedRuntime:
    """Return a runtime to be started, that will find nobody where Iggy should be."""
    return SupervisedRuntime(
        services=services, timer=timer, address=dead_address, state_path=tmp_path / "state"
    )


@pytest.fixture
def start_sink(services: Services, timer: ManualTimer, stage: Stage) -> StartSink:
    """Start the sink of `stage`, opened and with its demand told."""

    def start(config: SinkConfig | None = None) -> StagedSinkConnector:
        sink = StagedSinkConnector(services, timer, stage, config or configured_sink(stage.key))
        assert sink.demands() == 3
        stage.expect("open")
        return sink

    return start


@pytest.fixture
def start_source(services: Services, timer: ManualTimer, stage: Stage) -> StartSource:
    """Start the source of `stage`, and open it."""

    def start(
        config: SourceConfig | None = None, state: bytes | None = None
    ) -> StagedSourceConnector:
        config = config or configured_source(stage.key)
        source = StagedSourceConnector(services, timer, stage, config)
        source.opened_with(state)
        return source

    return start
