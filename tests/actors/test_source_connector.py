"""A source brings a batch into Iggy: sent, its state saved, acknowledged; one at a time."""

import pytest

from actors.core import ChildDied, tell
from actors.data_path import BatchGivenUp, BatchRefused, BatchSent, SendBatch
from actors.lifecycle import Drain
from actors.reports import Closing, Troubled, Working
from actors.services import Services
from actors.state_directory import StateError
from actors.state_store import LoadState, SaveState, StateLoaded
from connectors import FatalError, RetryableError
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.actors.staged_source import (
    StagedSourceConnector,
    StartSource,
    configured,
    produced,
)
from tests.support.manual_timer import ManualTimer

UNSAVED = StateError("Failed to save source state: disk full")


def test_a_source_is_opened_with_its_state(start_source: StartSource) -> None:
    start_source(state=b"from before")


def test_a_state_that_cannot_be_read_keeps_the_source_from_opening(
    services: Services, timer: ManualTimer, stage: Stage
) -> None:
    source = StagedSourceConnector(services, timer, stage, configured(stage.key))
    load = source.store.expect(LoadState)
    error = StateError("Failed to load source state")
    tell(load.reply_to, StateLoaded(number=load.number, error=error))
    assert source.supervisor.expect_none(Working, before=ChildDied).error is error


def test_sent_then_saved_then_acknowledged_then_polled(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.extend([produced(1, 2, state=b"2"), produced(3, state=b"3")])
    source = start_source()
    assert source.sends() == [["1", "2"]]
    source.store.ref.tell("not sent yet")
    source.store.expect_none(SaveState, before=str)
    source.sent(2)
    save = source.saves()
    assert (save.key, save.state) == (stage.key, b"2")
    source.settle()
    stage.probe.ref.tell("not saved yet")
    stage.probe.expect_none(PluginCalled, before=str)
    assert len(stage.produced) == 1
    source.saved(save)
    stage.expect("accepted")
    assert source.sends() == [["3"]]
    source.sent(1)
    source.saved(source.saves())
    stage.expect("accepted")
    source.counted(received=1, delivered=3)


def test_without_a_state_nothing_is_saved(start_source: StartSource, stage: Stage) -> None:
    stage.produced.append(produced(1, state=None))
    source = start_source()
    source.sends()
    source.sent()
    stage.expect("accepted")
    source.store.ref.tell("acknowledged")
    source.store.expect_none(SaveState, before=str)


def test_every_topic_gets_every_record_in_the_order_of_the_file(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1, 2))
    source = start_source(configured(stage.key, topics=("b", "a", "c")))
    parts = source.producer.expect(SendBatch).parts
    assert [stream.topic for stream, _ in parts] == ["b", "a", "c"]
    assert [outgoing.payloads for _, outgoing in parts] == [["1", "2"]] * 3


def test_a_state_that_is_not_saved_is_saved_alone_and_the_batch_is_held(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.extend([produced(1, state=b"1"), produced(2)])
    source = start_source()
    source.sends()
    source.sent()
    source.saved(source.saves(), UNSAVED)
    for _ in range(10):
        source.retry()
        save = source.saves()
        assert save.state == b"1"
        source.saved(save, UNSAVED)
    source.retry()
    source.producer.ref.tell("not sent again")
    source.producer.expect_none(SendBatch, before=str)
    stage.probe.ref.tell("not acknowledged")
    stage.probe.expect_none(PluginCalled, before=str)
    source.saved(source.saves())
    source.supervisor.expect(Working)
    stage.expect("accepted")
    assert source.sends() == [["2"]]


def test_a_state_store_that_does_not_answer_is_asked_again(
    start_source: StartSource, stage: Stage, timer: ManualTimer
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    source.sent()
    late = source.saves()
    source.settle()
    timer.advance(10)
    again = source.saves()
    source.saved(late)
    source.saved(again)
    stage.expect("accepted")
    source.settle()
    stage.probe.ref.tell("acknowledged once")
    stage.probe.expect_none(PluginCalled, before=str)


def test_the_last_attempt_to_save_ends_the_source_unacknowledged(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source(configured(stage.key, max_attempts=2))
    source.sends()
    source.sent()
    source.saved(source.saves(), UNSAVED)
    source.retry()
    source.saved(source.saves(), UNSAVED)
    died = source.supervisor.expect(ChildDied)
    assert isinstance(died.error, FatalError)
    assert "disk full" in str(died.error)
    stage.expect("close")
    stage.probe.ref.tell("that was all")
    stage.probe.expect_none(PluginCalled, before=str)


@pytest.mark.parametrize(
    "error", [OSError("down"), ValueError("bare"), SystemExit(3), KeyboardInterrupt()]
)
def test_whatever_poll_raises_is_visible_and_polled_again(
    start_source: StartSource, stage: Stage, error: BaseException
) -> None:
    stage.poll_errors.extend([error] * 3)
    stage.produced.append(produced(1))
    source = start_source()
    for _ in range(3):
        source.retry()
    assert source.sends() == [["1"]]
    source.supervisor.expect(Working)


def test_the_pause_after_a_failed_poll_grows(
    start_source: StartSource, stage: Stage, timer: ManualTimer
) -> None:
    stage.poll_errors.extend([ConnectionError("down")] * 8)
    source = start_source()
    pauses_s = []
    for _ in range(8):
        pauses_s.append(source.troubled().retry_in_s)
        source.settle()
        timer.advance(pauses_s[-1])
    for pause_s, full_s in zip(pauses_s, [0.5, 1, 2, 4, 8, 16, 30, 30], strict=True):
        assert 0.8 * full_s <= pause_s <= full_s


def test_the_pause_is_what_the_other_side_asked_for(
    start_source: StartSource, stage: Stage
) -> None:
    stage.poll_errors.append(RetryableError("throttled", retry_after_s=7.5))
    assert start_source().troubled().retry_in_s == 7.5


def test_a_fatal_error_in_poll_ends_the_source_at_once(
    start_source: StartSource, stage: Stage
) -> None:
    stage.poll_errors.append(FatalError("bad credentials"))
    source = start_source()
    died = source.supervisor.expect_none(Troubled, before=ChildDied)
    assert str(died.error) == "bad credentials"


def test_a_batch_that_iggy_refuses_for_its_size_ends_the_source(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    tell(source.ref, BatchRefused(error=ValueError("too large")))
    died = source.supervisor.expect(ChildDied)
    assert isinstance(died.error, FatalError)
    assert "too large" in str(died.error)


def test_a_batch_that_was_given_up_is_told_and_no_state_saved(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    tell(source.ref, Drain())
    tell(source.ref, BatchGivenUp())
    stage.expect("given up")
    source.supervisor.expect(ChildDied)
    source.store.ref.tell("it has ended")
    source.store.expect_none(SaveState, before=str)


def test_a_drain_waits_for_the_batch_under_way_and_its_state(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.extend([produced(1, state=b"1"), produced(2)])
    source = start_source()
    source.sends()
    tell(source.ref, Drain())
    source.sent()
    source.supervisor.ref.tell("state not saved yet")
    source.supervisor.expect_none(Closing, before=str)
    source.saved(source.saves())
    stage.expect("accepted")
    source.supervisor.expect(Closing)
    assert source.supervisor.expect(ChildDied).error is None
    stage.expect("close")
    assert len(stage.produced) == 1


def test_a_batch_that_is_in_iggy_is_not_given_up_when_its_producer_dies(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    source.sent()
    save = source.saves()
    tell(source.ref, Drain())
    tell(source.ref, BatchGivenUp())
    source.saved(save)
    source.supervisor.expect(ChildDied)
    assert stage.probe.expect_next(PluginCalled).method == "accepted"
    assert stage.probe.expect_next(PluginCalled).method == "close"


def test_a_drain_does_not_wait_until_a_state_would_be_saved_again(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    source.sent()
    source.saved(source.saves(), UNSAVED)
    source.troubled()
    tell(source.ref, Drain())
    source.saved(source.saves())
    stage.expect("accepted")
    assert source.supervisor.expect(ChildDied).error is None


def test_a_drain_does_not_wait_for_a_disk_that_is_full(
    start_source: StartSource, stage: Stage
) -> None:
    stage.produced.append(produced(1))
    source = start_source()
    source.sends()
    source.sent()
    tell(source.ref, Drain())
    source.saved(source.saves(), UNSAVED)
    stage.expect("given up")
    assert source.supervisor.expect(ChildDied).error is None


def test_a_late_answer_after_the_end_harms_nobody(start_source: StartSource) -> None:
    source = start_source()
    tell(source.ref, Drain())
    assert source.supervisor.expect(ChildDied).error is None
    assert not tell(source.ref, BatchSent(sent=1, unsendable=()))


def test_what_close_raises_is_only_logged(
    start_source: StartSource, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.close_error = SystemExit("from close")
    source = start_source()
    tell(source.ref, Drain())
    assert source.supervisor.expect(ChildDied).error is None
    assert "The plugin failed to close" in caplog.text


@pytest.mark.parametrize("error", [SystemExit("bye"), ValueError("bye")])
def test_whatever_open_raises_ends_the_source_with_an_ordinary_error(
    services: Services, timer: ManualTimer, stage: Stage, error: BaseException
) -> None:
    stage.open_errors.append(error)
    source = StagedSourceConnector(services, timer, stage, configured(stage.key))
    load = source.store.expect(LoadState)
    tell(load.reply_to, StateLoaded(number=load.number))
    died = source.supervisor.expect_none(Working, before=ChildDied)
    assert "bye" in str(died.error)
    stage.expect("close")
