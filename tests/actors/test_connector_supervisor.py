"""One connector from its start to its end, as the StatusBoard and the Supervisor are told of it.

Where nobody listens for Iggy, a connector whose plugin is open stays `starting`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import pykka
import pytest

from actors.connector_health import PLUGIN
from actors.connector_supervisor import ConnectorSupervisor
from actors.core import ChildDied, Ref, tell
from actors.iggy.iggy_consumer import IggyConsumer
from actors.intent import Intent
from actors.lifecycle import (
    ConnectorSettled,
    ConnectorStopped,
    IntentChanged,
    Reintroduce,
    StopConnector,
)
from actors.queries import ConnectorStatus, ConnectorView
from actors.reports import Counted, PluginFound
from actors.services import Services
from actors.status_board import STATUS_BOARD, ConnectorChanged
from config.model import Kind, SinkConfig, SourceConfig
from connectors import FatalError, RetryableError
from tests.actors.configurations import sink_config, source_config
from tests.actors.iggy.connecting import iggy_config
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LONGEST_CRASH_PAUSE_S = 8.1
MOST_CRASHES = 5
OPEN_LIMIT_S = 60.0
MOST_LEFT_BEHIND = 3


@dataclass(slots=True, kw_only=True)
class Supervised:
    """A running ConnectorSupervisor between two probes."""

    ref: Ref
    parent: Probe
    board: Probe

    def view(self, fits: Callable[[ConnectorView], bool]) -> ConnectorView:
        """Wait until the StatusBoard is told a view that fits."""
        return self.board.expect(ConnectorChanged, where=lambda changed: fits(changed.view)).view

    def status(self, status: ConnectorStatus) -> ConnectorView:
        return self.view(lambda view: view.status is status)

    def error(self) -> ConnectorView:
        return self.status(ConnectorStatus.ERROR)

    def now(self) -> ConnectorView:
        """Have the supervisor tell how it stands after all that it was told so far."""
        tell(self.ref, Reintroduce())
        self.ref.ask("all control messages are handled before this", timeout=5)
        self.board.ref.tell("that was all")
        latest = self.board.expect_next(ConnectorChanged).view
        while isinstance(message := self.board.expect_next(object), ConnectorChanged):
            latest = message.view
        return latest


def has_trouble(view: ConnectorView) -> bool:
    return view.last_error is not None


class Supervise(Protocol):
    """Starts the supervisor of a connector."""

    def __call__(
        self, config: SinkConfig | SourceConfig, intent: Intent = Intent.RUN
    ) -> Supervised: ...


@pytest.fixture
def supervise(services: Services, dead_address: str) -> Supervise:
    def start(config: SinkConfig | SourceConfig, intent: Intent = Intent.RUN) -> Supervised:
        parent, board = Probe(), Probe()
        services.directory.register(STATUS_BOARD, board.ref)
        ref = ConnectorSupervisor.start(
            parent.lineage(),
            services=services,
            iggy=iggy_config(dead_address),
            config=config,
            intent=intent,
        )
        return Supervised(ref=ref, parent=parent, board=board)

    return start


def end_a_consumer() -> None:
    consumers = pykka.ActorRegistry.get_by_class(IggyConsumer)
    consumers[0].stop(block=False)


def test_where_nobody_listens_a_connector_is_starting_and_says_where(
    supervise: Supervise, dead_address: str, stage: Stage
) -> None:
    connector = supervise(sink_config(stage.key))
    view = connector.view(has_trouble)
    assert view.status is ConnectorStatus.STARTING
    assert view.last_error is not None
    assert dead_address in view.last_error.message
    assert view.next_retry_at_us is not None
    assert (view.plugin_id, view.restarts, view.needs_attention) == (1, 0, False)


def test_a_plugin_that_is_not_there_needs_a_person(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    connector = supervise(sink_config(stage.key, path="/nowhere/plugin"))
    view = connector.error()
    assert view.last_error is not None
    assert view.last_error.message == "Plugin library not found: /nowhere/plugin"
    assert view.needs_attention
    connector.parent.expect(ConnectorSettled)
    timer.advance(3600)
    view = connector.now()
    assert (view.status, view.restarts) == (ConnectorStatus.ERROR, 0)


def test_a_fatal_error_needs_a_person(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.append(FatalError("bad credentials"))
    connector = supervise(sink_config(stage.key))
    view = connector.error()
    assert view.last_error is not None
    assert view.last_error.message == "Plugin initialization failed: bad credentials"
    assert (view.needs_attention, view.next_retry_at_us) == (True, None)
    timer.advance(3600)
    assert connector.now().restarts == 0


def test_a_target_that_is_down_is_tried_again_for_ever(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    attempts = 3 * MOST_CRASHES
    stage.open_errors.extend(RetryableError("target down") for _ in range(attempts))
    connector = supervise(sink_config(stage.key))
    for attempt in range(attempts):
        view = connector.error()
        assert (view.restarts, view.needs_attention) == (attempt, False)
        assert view.next_retry_at_us is not None
        timer.advance(30)
    last = connector.view(lambda view: view.restarts == attempts)
    assert last.status is ConnectorStatus.STARTING
    assert last.plugin_id == attempts + 1


def test_a_plugin_that_crashes_again_and_again_needs_a_person(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.extend(ValueError(number) for number in range(MOST_CRASHES + 1))
    connector = supervise(sink_config(stage.key))
    for _ in range(MOST_CRASHES):
        assert not connector.error().needs_attention
        timer.advance(LONGEST_CRASH_PAUSE_S)
    view = connector.error()
    assert view.needs_attention
    assert view.last_error is not None
    assert view.last_error.message == "Plugin initialization failed: ValueError: 5"


def test_to_run_again_forgives_all_crashes(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.extend(ValueError(number) for number in range(MOST_CRASHES + 2))
    connector = supervise(sink_config(stage.key))
    for _ in range(MOST_CRASHES):
        connector.error()
        timer.advance(LONGEST_CRASH_PAUSE_S)
    assert connector.error().needs_attention
    tell(connector.ref, IntentChanged(intent=Intent.RUN))
    assert not connector.error().needs_attention


def test_a_plugin_is_closed_before_the_next_is_opened(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.append(RetryableError("target down"))
    connector = supervise(sink_config(stage.key))
    connector.error()
    timer.advance(30)
    connector.view(lambda view: view.restarts == 1)
    stage.expect("open")
    stage.expect("close")
    stage.expect("open")


def test_when_one_part_dies_all_start_anew(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    connector = supervise(sink_config(stage.key))
    stage.expect("open")
    connector.view(has_trouble)
    end_a_consumer()
    stage.expect("close")
    view = connector.error()
    assert view.last_error is not None
    assert view.last_error.message.startswith("consumer of ")
    assert pykka.ActorRegistry.get_by_class(IggyConsumer) == []
    timer.advance(30)
    stage.expect("open")
    assert connector.now().restarts == 1


def test_a_plugin_that_does_not_open_is_left_behind_and_no_longer_heard(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.may_open.clear()
    stage.open_errors.append(FatalError("from the one left behind"))
    connector = supervise(sink_config(stage.key))
    stage.expect("open")
    connector.now()
    timer.advance(OPEN_LIMIT_S + 1)
    view = connector.error()
    assert view.last_error is not None
    assert view.last_error.message == "open takes longer than 60 s"
    timer.advance(30)
    stage.expect("open")
    stage.release()
    stage.expect("close")
    view = connector.now()
    assert (view.status, view.restarts) == (ConnectorStatus.STARTING, 1)
    stage.probe.ref.tell("that was all")
    stage.probe.expect_none(PluginCalled, before=str)


def test_what_a_part_of_before_still_reports_is_ignored(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.append(RetryableError("target down"))
    connector = supervise(sink_config(stage.key))
    connector.error()
    timer.advance(30)
    stage.expect("open")
    stage.expect("open")
    tell(connector.ref, PluginFound(part=PLUGIN, incarnation=1, version="of before"))
    tell(connector.ref, Counted(part=PLUGIN, incarnation=1, received=5))
    view = connector.now()
    assert (view.version, view.received) == ("unknown", 0)


def test_a_plugin_that_leaves_thread_after_thread_behind_needs_a_person(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.may_open.clear()
    connector = supervise(sink_config(stage.key))
    for _ in range(MOST_LEFT_BEHIND):
        stage.expect("open")
        connector.now()
        timer.advance(OPEN_LIMIT_S + 1)
        view = connector.error()
        timer.advance(30)
    assert view.needs_attention
    assert view.last_error is not None
    assert view.last_error.message.endswith("; 3 threads of this plugin do not end")
    tell(connector.ref, StopConnector())
    assert connector.parent.expect(ConnectorStopped).left_behind == MOST_LEFT_BEHIND


def test_a_pause_closes_the_plugin_until_it_is_to_run_again(
    supervise: Supervise, stage: Stage
) -> None:
    connector = supervise(sink_config(stage.key))
    stage.expect("open")
    tell(connector.ref, IntentChanged(intent=Intent.PAUSE))
    stage.expect("close")
    assert connector.status(ConnectorStatus.STOPPED).paused
    tell(connector.ref, IntentChanged(intent=Intent.RUN))
    stage.expect("open")
    view = connector.now()
    assert (view.status, view.paused) == (ConnectorStatus.STARTING, False)


def test_what_is_to_be_stopped_does_not_start(supervise: Supervise, stage: Stage) -> None:
    connector = supervise(sink_config(stage.key), Intent.STOP)
    assert not connector.status(ConnectorStatus.STOPPED).paused
    connector.parent.expect(ConnectorSettled)
    connector.ref.stop(block=False)
    connector.parent.expect(ChildDied)
    stage.probe.ref.tell("that was all")
    stage.probe.expect_none(PluginCalled, before=str)


def test_a_pause_while_a_restart_is_due_lasts(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.append(RetryableError("target down"))
    connector = supervise(sink_config(stage.key))
    connector.error()
    tell(connector.ref, IntentChanged(intent=Intent.PAUSE))
    connector.status(ConnectorStatus.STOPPED)
    timer.advance(3600)
    assert connector.now().paused


def test_to_run_again_ends_an_error_that_waits_for_a_person(
    supervise: Supervise, stage: Stage
) -> None:
    stage.open_errors.append(FatalError("bad credentials"))
    connector = supervise(sink_config(stage.key))
    assert connector.error().needs_attention
    tell(connector.ref, IntentChanged(intent=Intent.RUN))
    view = connector.view(lambda view: view.restarts == 1)
    assert (view.status, view.last_error) == (ConnectorStatus.STARTING, None)
    assert "Plugin initialization failed: bad credentials" in [
        error.message for error in view.recent_errors
    ]


def test_what_fails_on_the_way_to_the_end_is_logged(
    supervise: Supervise, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.may_open.clear()
    stage.open_errors.append(ValueError("too late"))
    connector = supervise(sink_config(stage.key))
    stage.expect("open")
    tell(connector.ref, StopConnector())
    connector.status(ConnectorStatus.STOPPING)
    stage.release()
    connector.parent.expect(ConnectorStopped)
    assert "ValueError: too late" in caplog.text


@pytest.mark.parametrize("make", [sink_config, source_config])
def test_a_connector_that_is_stopped_closes_its_plugin_and_tells(
    supervise: Supervise, stage: Stage, make: Callable[[str], SinkConfig | SourceConfig]
) -> None:
    config = make(stage.key)
    connector = supervise(config)
    tell(connector.ref, StopConnector())
    connector.status(ConnectorStatus.STOPPING)
    stopped = connector.parent.expect(ConnectorStopped)
    assert (stopped.kind, stopped.key) == (config.kind, stage.key)
    assert connector.status(ConnectorStatus.STOPPED).last_error is None


def test_a_stopped_connector_is_not_started_again(
    supervise: Supervise, timer: ManualTimer, stage: Stage
) -> None:
    stage.open_errors.append(RetryableError("target down"))
    connector = supervise(sink_config(stage.key))
    connector.error()
    tell(connector.ref, StopConnector())
    connector.parent.expect(ConnectorStopped)
    timer.advance(3600)
    assert connector.now().status is ConnectorStatus.STOPPED


def test_a_connector_is_stopped_but_once(supervise: Supervise, stage: Stage) -> None:
    connector = supervise(sink_config(stage.key))
    tell(connector.ref, StopConnector())
    tell(connector.ref, StopConnector())
    connector.parent.expect(ConnectorStopped)
    tell(connector.ref, StopConnector())
    connector.ref.stop(block=False)
    connector.parent.expect_none(ConnectorStopped, before=ChildDied)


def test_a_new_board_is_told_again(supervise: Supervise, services: Services, stage: Stage) -> None:
    connector = supervise(sink_config(stage.key))
    connector.view(has_trouble)
    new_board = Probe()
    services.directory.register(STATUS_BOARD, new_board.ref)
    tell(connector.ref, Reintroduce())
    view = new_board.expect(ConnectorChanged).view
    assert (view.kind, view.key) == (Kind.SINK, stage.key)


def test_a_supervisor_that_ends_leaves_no_part_behind(supervise: Supervise, stage: Stage) -> None:
    connector = supervise(sink_config(stage.key))
    stage.expect("open")
    connector.ref.stop(block=False)
    stage.expect("close")
