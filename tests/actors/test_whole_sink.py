"""A sink as people see it while its plugin is in trouble, on a real broker."""

from collections.abc import Callable

from actors.core import tell
from actors.intent import Intent
from actors.lifecycle import IntentChanged
from actors.queries import ConnectorStatus
from actors.services import Services
from config.policies import Tolerance
from connectors import Batch, FatalError
from tests.actors.iggy.topic import new_topic
from tests.actors.staged_plugins import Stage
from tests.actors.whole_sink import BATCH, WholeSink
from tests.support.manual_timer import ManualTimer


def test_a_sink_that_tries_again_is_running_and_says_why_and_when(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    failures = [OSError("the target is down")] * 5
    sink = WholeSink(services, timer, stage, topic)

    def take(_batch: Batch) -> None:
        if failures:
            raise failures.pop()

    sink.takes = take
    view = sink.until_view(lambda view: view.last_error is not None)
    assert view.status is ConnectorStatus.RUNNING
    assert view.last_error is not None
    assert view.last_error.message == "OSError: the target is down"
    assert view.next_retry_at_us is not None
    assert view.next_retry_at_us > view.last_error.timestamp_us
    view = sink.until_view(lambda view: view.delivered == BATCH and view.last_error is None)
    assert (view.status, view.restarts) == (ConnectorStatus.RUNNING, 0)
    assert (view.needs_attention, view.next_retry_at_us) == (False, None)
    assert [error.message for error in view.recent_errors] == ["OSError: the target is down"]


def test_a_sink_that_stopped_before_a_record_waits_there_for_a_person(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=2 * BATCH)
    sink = WholeSink(services, timer, stage, topic, tolerance=Tolerance.FAIL)
    sink.takes = lambda batch: batch.reject(13, "too old") if 13 in batch.offsets else None
    view = sink.until_view(lambda view: view.needs_attention)
    assert view.status is ConnectorStatus.ERROR
    assert view.last_error is not None
    assert "stopped before offset 13" in view.last_error.message
    assert sink.stored() == 12
    timer.advance(3600)
    assert sink.stored() == 12
    sink.takes = lambda _: None
    tell(sink.ref, IntentChanged(intent=Intent.RUN))
    sink.until_stored(2 * BATCH - 1)


def test_a_fatal_error_in_consume_waits_for_a_person_and_moves_no_offset(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    sink = WholeSink(services, timer, stage, topic)

    def take(_batch: Batch) -> None:
        raise FatalError("schema mismatch")

    sink.takes = take
    view = sink.until_view(lambda view: view.needs_attention)
    assert view.last_error is not None
    assert view.last_error.message == "schema mismatch"
    assert sink.stored() is None


def test_a_consume_that_hangs_is_left_behind_and_its_client_leaves_the_group(
    services: Services,
    timer: ManualTimer,
    stage: Stage,
    new_stage: Callable[[], Stage],
    iggy_address: str,
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    stage.may_consume.clear()
    stuck = WholeSink(services, timer, stage, topic)
    stuck.offered()
    view = stuck.until_view(
        lambda view: view.last_error is not None and "longer" in view.last_error.message,
        step_s=10.0,
    )
    assert view.last_error is not None
    assert view.last_error.message == "consume takes longer than 300 s"
    tell(stuck.ref, IntentChanged(intent=Intent.STOP))
    other = WholeSink(services, timer, new_stage(), topic)
    other.until_stored(BATCH - 1)
    assert other.taken == [(0, offset) for offset in range(BATCH)]
    topic.send(BATCH)
    stage.release()
    other.until_stored(2 * BATCH - 1)


def test_a_pause_hands_back_what_was_not_confirmed_and_run_goes_on_there(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=5 * BATCH)
    stage.may_consume.clear()
    sink = WholeSink(services, timer, stage, topic)
    sink.offered()
    tell(sink.ref, IntentChanged(intent=Intent.PAUSE))
    sink.ref.ask("the plugin is told before this is answered", timeout=5)
    stage.release()
    assert sink.until_view(lambda view: view.paused).status is ConnectorStatus.STOPPED
    assert sink.stored() == BATCH - 1
    tell(sink.ref, IntentChanged(intent=Intent.RUN))
    sink.until_stored(5 * BATCH - 1)
    assert sink.taken == [(0, offset) for offset in range(5 * BATCH)]


def test_a_close_that_hangs_is_left_behind_and_the_next_plugin_starts(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    stage.may_close.clear()
    sink = WholeSink(services, timer, stage, topic)
    sink.until_stored(BATCH - 1)
    sink.lose_its_consumer()
    stage.expect("close")
    sink.until_view(lambda view: view.restarts == 1, step_s=1.0)
    topic.send(BATCH)
    sink.until_stored(2 * BATCH - 1)
    tell(sink.ref, IntentChanged(intent=Intent.PAUSE))
    stage.release()
    assert sink.until_view(lambda view: view.paused).status is ConnectorStatus.STOPPED
