"""How the runtime starts, what it survives, and what it ends with."""

from dataclasses import dataclass

import pytest

from actors.core import ActorError, AskTimeoutError, Request, tell
from actors.iggy.iggy_error import LoginRefusedError
from actors.intent import Intent
from actors.lifecycle import AwaitEnd, EndReason, IggyStatusChanged, SetIntent, StopRuntime
from actors.queries import (
    ConnectorNotFoundError,
    ConnectorStatus,
    GetConfig,
    GetConnector,
    GetHealth,
    IggyStatus,
    ListConnectors,
    StateView,
)
from actors.state_directory import StateDirectory, StateDirectoryLockedError
from actors.state_store import IntentsLoaded, LoadIntents, StateStore
from actors.supervisor import CONFIG_STORE, WEB_SERVER
from config.model import Kind
from tests.actors.configurations import sink_config
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.actors.supervised_runtime import LIMIT_S, SupervisedRuntime

MOST_RESTARTS = 5


def test_without_connectors_the_web_server_answers_at_once(runtime: SupervisedRuntime) -> None:
    runtime.start()
    runtime.web_server_does("started")
    runtime.web_server_does("answer")


def test_the_web_server_answers_when_all_connectors_have_settled(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    runtime.start(sink_config(stage.key, path="/nowhere/plugin"))
    runtime.web_server_does("started")
    runtime.web_server_does("answer")
    view = runtime.ask(GetConnector(kind=Kind.SINK, key=stage.key))
    assert view.status is ConnectorStatus.ERROR


def test_the_web_server_answers_after_5_s_whatever_the_connectors_do(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    stage.may_open.clear()
    runtime.start(sink_config(stage.key))
    runtime.web_server_does("started")
    stage.expect("open")
    runtime.ask(GetHealth())
    runtime.timer.advance(4.9)
    runtime.web.ref.tell("not before this")
    runtime.web.expect_next(str)
    runtime.timer.advance(0.2)
    runtime.web_server_does("answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unheard(Request[None]):
    pass


def test_a_supervisor_that_dies_is_the_end_of_the_runtime(runtime: SupervisedRuntime) -> None:
    runtime.start()
    end = runtime.ask_later(AwaitEnd())
    runtime.ask(GetHealth())
    tell(runtime.ref, _Unheard())
    with pytest.raises(ActorError, match="the supervisor has ended"):
        end.get(timeout=LIMIT_S)


def test_a_web_server_that_died_is_replaced_and_answers(runtime: SupervisedRuntime) -> None:
    runtime.start()
    runtime.web_server_does("started")
    runtime.web_server_does("answer")
    tell(runtime.child(WEB_SERVER), ValueError("broken"))
    runtime.web_server_does("ended")
    runtime.timer.wait_for_scheduled(object)
    runtime.ask_until(GetHealth())
    runtime.timer.advance(1)
    runtime.web_server_does("started")
    runtime.web_server_does("answer")


def test_what_dies_at_the_first_start_ends_the_runtime(runtime: SupervisedRuntime) -> None:
    runtime.web_error = ValueError("address in use")
    runtime.start()
    end = runtime.ask(AwaitEnd())
    assert (end.reason, end.child) == (EndReason.CHILD_FAILED, WEB_SERVER)
    assert end.error is runtime.web_error


def test_a_state_directory_in_use_ends_the_runtime(runtime: SupervisedRuntime) -> None:
    other = StateDirectory(runtime.state_path)
    runtime.start()
    end = runtime.ask(AwaitEnd())
    assert (end.reason, end.child) == (EndReason.CHILD_FAILED, "state_store")
    assert isinstance(end.error, StateDirectoryLockedError)
    assert runtime.ask(GetHealth()).iggy is IggyStatus.CONNECTING
    other.close()


def test_a_child_that_dies_too_often_ends_the_runtime(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    runtime.start(sink_config(stage.key, path="/nowhere/plugin"))
    end = runtime.ask_later(AwaitEnd())
    for _ in range(MOST_RESTARTS + 1):
        runtime.ask_until(GetConfig(kind=Kind.SINK, key=stage.key))
        with pytest.raises(AskTimeoutError):
            end.get(timeout=0)
        config_store = runtime.child(CONFIG_STORE)
        tell(config_store, GetConfig(kind=Kind.SINK, key="nobody"))
        assert config_store.actor_stopped.wait(LIMIT_S)
    assert end.get(timeout=LIMIT_S).child == CONFIG_STORE


def test_a_refused_login_ends_the_runtime(runtime: SupervisedRuntime, iggy_address: str) -> None:
    runtime.address = iggy_address
    runtime.start(password="wrong")
    end = runtime.ask(AwaitEnd())
    assert end.reason is EndReason.LOGIN_REFUSED
    assert isinstance(end.error, LoginRefusedError)
    assert runtime.ask(GetHealth()).iggy is IggyStatus.REFUSED


def test_iggy_that_answers_is_seen_in_the_health(
    runtime: SupervisedRuntime, iggy_address: str
) -> None:
    runtime.address = iggy_address
    runtime.start()
    runtime.ask_until(GetHealth(), lambda view: view.iggy is IggyStatus.CONNECTED)


def test_a_login_that_is_refused_later_does_not_end_the_runtime(
    runtime: SupervisedRuntime, iggy_address: str
) -> None:
    runtime.address = iggy_address
    runtime.start()
    runtime.ask_until(GetHealth(), lambda view: view.iggy is IggyStatus.CONNECTED)
    end = runtime.ask_later(AwaitEnd())
    refused = LoginRefusedError("refused")
    tell(runtime.ref, IggyStatusChanged(status=IggyStatus.REFUSED, error=refused))
    assert runtime.ask(GetHealth()).iggy is IggyStatus.REFUSED
    with pytest.raises(AskTimeoutError):
        end.get(timeout=0)


def test_a_wish_reaches_the_connector_and_the_next_process(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    config = sink_config(stage.key)
    runtime.start(config)
    stage.expect("open")
    runtime.ask(SetIntent(kind=Kind.SINK, key=stage.key, intent=Intent.PAUSE))
    stage.expect("close")
    assert runtime.until_status(Kind.SINK, stage.key, ConnectorStatus.STOPPED).paused
    runtime.ask(StopRuntime(timeout_s=1))
    runtime.start(config)
    assert runtime.until_status(Kind.SINK, stage.key, ConnectorStatus.STOPPED).paused
    stage.probe.ref.tell("that was all")
    stage.probe.expect_none(PluginCalled, before=str)


def test_a_wish_for_nobody_is_refused(runtime: SupervisedRuntime) -> None:
    runtime.start()
    with pytest.raises(ConnectorNotFoundError):
        runtime.ask(SetIntent(kind=Kind.SINK, key="nobody", intent=Intent.STOP))
    assert runtime.ask_until(ListConnectors(kind=Kind.SINK)) == ()


def test_a_store_that_dies_before_it_told_the_intents_keeps_no_connector_from_starting(
    runtime: SupervisedRuntime, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults = [ActorError("the store fails once")]

    class FailsOnce(StateStore):
        def on_receive(self, message: object) -> StateView | None:
            if isinstance(message, LoadIntents) and faults:
                raise faults.pop()
            return super().on_receive(message)

    monkeypatch.setattr("actors.supervisor.StateStore", FailsOnce)
    runtime.start(sink_config(stage.key))
    runtime.until_status(Kind.SINK, stage.key, ConnectorStatus.STARTING)
    stage.expect("open")
    assert not faults


def test_intents_that_are_told_twice_start_the_connectors_once(
    runtime: SupervisedRuntime, stage: Stage
) -> None:
    runtime.start(sink_config(stage.key))
    stage.expect("open")
    supervisor = runtime.child(f"sink {stage.key}")
    tell(runtime.ref, IntentsLoaded(intents={}))
    runtime.ask(GetHealth())
    assert runtime.child(f"sink {stage.key}") is supervisor
