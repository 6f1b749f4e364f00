"""How the runtime is stopped: in order, with a deadline."""

from collections.abc import Callable

import pytest

from actors.core import AskTimeoutError
from actors.lifecycle import AwaitEnd, Stopped, StopRuntime
from actors.queries import ConnectorStatus, GetConfig, GetHealth, ListConnectors
from actors.supervisor import CONFIG_STORE, WEB_SERVER
from config.model import Kind
from connectors import RetryableError
from tests.actors.configurations import sink_config, source_config
from tests.actors.staged_plugins import Stage
from tests.actors.supervised_runtime import LIMIT_S, SupervisedRuntime
from tests.support.eventually import eventually

TIMEOUT_S = 4.0


def test_a_runtime_without_connectors_ends_at_once(runtime: SupervisedRuntime) -> None:
    runtime.start()
    runtime.web_server_does("started")
    runtime.web_server_does("answer")
    assert runtime.ask(StopRuntime(timeout_s=TIMEOUT_S)) == Stopped(unfinished=())
    runtime.web_server_does("ended")
    assert runtime.services.directory.find(WEB_SERVER) is None


def test_a_stop_that_comes_before_the_start_is_over_is_one(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    runtime.start(sink_config(stage.key))
    assert runtime.ask(StopRuntime(timeout_s=TIMEOUT_S)) == Stopped(unfinished=())


def test_all_plugins_are_closed_before_the_web_server_ends(
    runtime: SupervisedRuntime, new_stage: Callable[[], Stage]
) -> None:
    sink, source = new_stage(), new_stage()
    runtime.start(sink_config(sink.key), source_config(source.key))
    for stage in (sink, source):
        stage.expect("open")
    assert runtime.ask(StopRuntime(timeout_s=TIMEOUT_S)) == Stopped(unfinished=())
    for stage in (sink, source):
        stage.expect("close")


def test_a_drain_can_be_watched_and_what_does_not_finish_is_named(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    stage.may_open.clear()
    runtime.start(sink_config(stage.key))
    stage.expect("open")
    stopped = runtime.ask_later(StopRuntime(timeout_s=TIMEOUT_S))
    runtime.ask(GetHealth())
    (view,) = runtime.ask(ListConnectors(kind=Kind.SINK))
    assert view.status in (ConnectorStatus.STARTING, ConnectorStatus.STOPPING)
    runtime.timer.advance(TIMEOUT_S - 0.1)
    runtime.ask(GetHealth())
    with pytest.raises(AskTimeoutError):
        stopped.get(timeout=0)
    runtime.timer.advance(0.2)
    assert stopped.get(timeout=LIMIT_S) == Stopped(unfinished=(f"sink {stage.key}",))


def test_a_connector_that_waits_for_its_restart_is_stopped(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    stage.open_errors.append(RetryableError("target down"))
    runtime.start(sink_config(stage.key))
    stage.expect("close")
    assert runtime.ask(StopRuntime(timeout_s=TIMEOUT_S)) == Stopped(unfinished=())


def test_whoever_asks_for_the_stop_is_answered(runtime: SupervisedRuntime, stage: Stage) -> None:
    stage.may_open.clear()
    runtime.start(sink_config(stage.key))
    stage.expect("open")
    first = runtime.ask_later(StopRuntime(timeout_s=TIMEOUT_S))
    second = runtime.ask_later(StopRuntime(timeout_s=TIMEOUT_S))
    stage.release()
    assert first.get(timeout=LIMIT_S) == second.get(timeout=LIMIT_S) == Stopped(unfinished=())
    assert runtime.ask(StopRuntime(timeout_s=TIMEOUT_S)) == Stopped(unfinished=())


def test_nothing_starts_again_during_the_stop(
    runtime: SupervisedRuntime, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.may_open.clear()
    runtime.start(sink_config(stage.key))
    stage.expect("open")
    runtime.web_server_does("started")
    end = runtime.ask_later(AwaitEnd())
    runtime.child(WEB_SERVER).tell(ValueError("broken"))
    runtime.web_server_does("ended")
    eventually(lambda: "web_server died and starts anew" in caplog.text)
    stopped = runtime.ask_later(StopRuntime(timeout_s=TIMEOUT_S))
    runtime.child(CONFIG_STORE).tell(GetConfig(kind=Kind.SINK, key="nobody"))
    runtime.ask(GetHealth())
    runtime.timer.advance(TIMEOUT_S - 1)
    runtime.ask(GetHealth())
    stage.release()
    assert stopped.get(timeout=LIMIT_S).unfinished == ()
    runtime.web.ref.tell("that was all")
    runtime.web.expect_next(str)
    with pytest.raises(AskTimeoutError):
        end.get(timeout=0)
