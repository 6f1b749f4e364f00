"""Questions to the Supervisor, while a child is stuck or dies meanwhile."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pykka import ActorDeadError

from actors.core import ActorError, AskTimeoutError, tell
from actors.queries import (
    ConfigView,
    ConnectorNotFoundError,
    ConnectorStatus,
    GetConfig,
    GetConnector,
    GetHealth,
    GetState,
    HealthView,
    IggyStatus,
    ListConnectors,
    StateView,
)
from actors.state_store import STATE_STORE
from actors.status_board import STATUS_BOARD
from actors.supervisor import CONFIG_STORE
from config.model import BrokenConnector, Kind
from tests.actors.configurations import sink_config, source_config
from tests.actors.staged_plugins import Stage
from tests.actors.supervised_runtime import LIMIT_S, SupervisedRuntime

TABLE = {"table": "orders"}
NOBODY = "never heard of"


@pytest.fixture
def running(
    runtime: SupervisedRuntime, new_stage: Callable[[], Stage], stage: Stage
) -> SupervisedRuntime:
    """Return a runtime with a sink, whose stage is `stage`, and a source with a state."""
    source = source_config(new_stage().key)
    runtime.state_path.mkdir()
    (runtime.state_path / "source_saved.state").write_bytes(b"state")
    runtime.start(sink_config(stage.key, plugin_config=TABLE), source)
    runtime.ask_until(ListConnectors(kind=Kind.SINK), bool)
    runtime.ask_until(ListConnectors(kind=Kind.SOURCE), bool)
    return runtime


@pytest.fixture
def stuck_file(running: SupervisedRuntime) -> Iterator[Path]:
    """Return a state file that nobody can read to its end, until `unstick`."""
    file = running.state_path / "source_stuck.state"
    os.mkfifo(file)
    yield file
    unstick(file)


def unstick(fifo: Path) -> None:
    os.close(os.open(fifo, os.O_RDWR | os.O_NONBLOCK))


def config_is_answered(runtime: SupervisedRuntime, stage: Stage) -> None:
    view = runtime.ask(GetConfig(kind=Kind.SINK, key=stage.key))
    assert view == ConfigView(transforms=(), plugin_config=TABLE, plugin_config_format=None)


def state_is_answered(runtime: SupervisedRuntime) -> None:
    view = runtime.ask(GetState(key="saved"))
    assert view == StateView(key="saved", state=b"state")


def health_is_answered(runtime: SupervisedRuntime) -> None:
    assert runtime.ask(GetHealth()) == HealthView(iggy=IggyStatus.CONNECTING)


def connectors_are_answered(runtime: SupervisedRuntime, stage: Stage) -> None:
    (listed,) = runtime.ask(ListConnectors(kind=Kind.SINK))
    one = runtime.ask(GetConnector(kind=Kind.SINK, key=stage.key))
    for view in (listed, one):
        assert (view.key, view.status) == (stage.key, ConnectorStatus.STARTING)


def test_everything_is_answered_by_views(running: SupervisedRuntime, stage: Stage) -> None:
    config_is_answered(running, stage)
    state_is_answered(running)
    health_is_answered(running)
    connectors_are_answered(running, stage)


def test_everything_is_answered_while_a_plugin_is_stuck(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    runtime.state_path.mkdir()
    (runtime.state_path / "source_saved.state").write_bytes(b"state")
    stage.may_open.clear()
    runtime.start(sink_config(stage.key, plugin_config=TABLE))
    stage.expect("open")
    runtime.ask_until(ListConnectors(kind=Kind.SINK), bool)
    config_is_answered(runtime, stage)
    state_is_answered(runtime)
    health_is_answered(runtime)
    connectors_are_answered(runtime, stage)


def test_only_the_state_waits_while_the_state_store_is_stuck(
    running: SupervisedRuntime, stage: Stage, stuck_file: Path
) -> None:
    stuck = running.ask_later(GetState(key="stuck"))
    behind = running.ask_later(GetState(key="saved"))
    config_is_answered(running, stage)
    health_is_answered(running)
    connectors_are_answered(running, stage)
    with pytest.raises(AskTimeoutError):
        behind.get(timeout=0)
    unstick(stuck_file)
    assert stuck.get(timeout=LIMIT_S) == StateView(key="stuck", state=None)
    assert behind.get(timeout=LIMIT_S) == StateView(key="saved", state=b"state")


def test_a_child_that_ends_fails_the_questions_that_it_holds(
    running: SupervisedRuntime, stage: Stage, stuck_file: Path
) -> None:
    running.ask_later(GetState(key="stuck"))
    behind = running.ask_later(GetState(key="saved"))
    health_is_answered(running)
    running.child(STATE_STORE).stop(block=False)
    unstick(stuck_file)
    with pytest.raises(ActorDeadError):
        behind.get(timeout=LIMIT_S)
    config_is_answered(running, stage)
    health_is_answered(running)
    connectors_are_answered(running, stage)
    assert running.ask_until(GetState(key="saved")).state == b"state"


def test_everything_else_is_answered_while_the_config_store_is_dead(
    running: SupervisedRuntime, stage: Stage
) -> None:
    dead = running.child(CONFIG_STORE)
    tell(dead, GetConfig(kind=Kind.SINK, key=NOBODY))
    assert dead.actor_stopped.wait(LIMIT_S)
    with pytest.raises((ActorError, ActorDeadError)):
        running.ask(GetConfig(kind=Kind.SINK, key=stage.key))
    state_is_answered(running)
    health_is_answered(running)
    connectors_are_answered(running, stage)
    assert running.ask_until(GetConfig(kind=Kind.SINK, key=stage.key)).plugin_config == TABLE


def test_a_new_status_board_knows_all_connectors(runtime: SupervisedRuntime, stage: Stage) -> None:
    broken = BrokenConnector(
        kind=Kind.SINK, key="broken", name="B", path="", enabled=True, error="no streams"
    )
    runtime.start(sink_config(stage.key, path="/nowhere/plugin"), broken=(broken,))
    runtime.until_status(Kind.SINK, stage.key, ConnectorStatus.ERROR)
    runtime.ask_until(ListConnectors(kind=Kind.SINK), lambda views: len(views) == 2)
    dead = runtime.child(STATUS_BOARD)
    tell(dead, GetConnector(kind=Kind.SINK, key=NOBODY))
    assert dead.actor_stopped.wait(LIMIT_S)
    views = runtime.ask_until(ListConnectors(kind=Kind.SINK), lambda views: len(views) == 2)
    assert {view.key for view in views} == {stage.key, "broken"}


def test_an_unknown_connector_is_not_found_and_nobody_dies(running: SupervisedRuntime) -> None:
    for request in (
        GetConfig(kind=Kind.SINK, key=NOBODY),
        GetConnector(kind=Kind.SOURCE, key=NOBODY),
    ):
        with pytest.raises(ConnectorNotFoundError):
            running.ask(request)
    assert running.child(CONFIG_STORE).is_alive()
    assert running.child(STATUS_BOARD).is_alive()


def test_a_broken_connector_is_shown_in_error_and_a_disabled_one_is_not(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    broken = [
        BrokenConnector(
            kind=Kind.SINK, key=key, name=key, path="p", enabled=enabled, error="no streams"
        )
        for key, enabled in (("broken", True), ("off", False))
    ]
    runtime.start(sink_config(stage.key, enabled=False), broken=tuple(broken))
    (view,) = runtime.ask_until(ListConnectors(kind=Kind.SINK), bool)
    assert (view.key, view.status) == ("broken", ConnectorStatus.ERROR)
    assert view.last_error is not None
    assert (view.last_error.message, view.needs_attention) == ("no streams", True)
