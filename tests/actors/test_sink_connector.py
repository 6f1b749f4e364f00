"""What a sink confirms to its consumers, and when: only what is safe, in order, and all of it."""

from collections.abc import Callable

import pytest

from actors.core import ChildDied, tell
from actors.data_path import BatchWritten, Demand, TenuresEnded
from actors.lifecycle import AreYouThere, Drain
from actors.reports import Closing, Here, Troubled, Working
from actors.services import Services
from connectors import Batch, FatalError, RetryableError
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.actors.staged_sink import StagedSinkConnector, StartSink, configured, numbers
from tests.support.manual_timer import ManualTimer


def failing(*errors: BaseException) -> Callable[[Batch], None]:
    """Raise one after the other, then take everything."""
    rest = list(errors)

    def take(_batch: Batch) -> None:
        if rest:
            raise rest.pop(0)

    return take


def test_a_fetch_is_taken_in_slices_and_confirmed_up_to_its_end(start_sink: StartSink) -> None:
    sink = start_sink()
    sink.fetched(numbers(25, first_offset=7))
    assert [len(sink.offered()) for _ in range(3)] == [10, 10, 5]
    written = sink.consumer.expect(BatchWritten)
    assert (written.offset, written.messages, written.batches) == (31, 25, 3)
    assert sink.demands() == 1


def test_nothing_is_confirmed_while_consume_runs(start_sink: StartSink, stage: Stage) -> None:
    stage.may_consume.clear()
    sink = start_sink()
    sink.fetched(numbers(10))
    sink.offered()
    sink.consumer.ref.tell("consume runs")
    sink.consumer.expect_none(BatchWritten, before=str)
    stage.release()
    assert sink.written() == 9


def test_at_most_ten_batches_are_confirmed_together(start_sink: StartSink) -> None:
    sink = start_sink()
    sink.fetched(numbers(300))
    confirmed = 0
    while confirmed < 300:
        written = sink.consumer.expect(BatchWritten)
        assert written.batches <= 10
        assert written.offset == confirmed + written.messages - 1
        confirmed += written.messages


def test_a_batch_in_hand_keeps_what_was_confirmed_before_it_for_100_ms_at_most(
    start_sink: StartSink, timer: ManualTimer, stage: Stage
) -> None:
    def take_time(_batch: Batch) -> None:
        timer.advance(0.1)

    stage.takes = take_time
    sink = start_sink()
    sink.fetched(numbers(30))
    assert [sink.consumer.expect(BatchWritten).batches for _ in range(3)] == [1, 1, 1]


def test_the_batch_that_failed_is_offered_again_and_nothing_behind_it_before(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = failing(OSError("down"), RetryableError("down"), ValueError("bare"))
    sink = start_sink()
    sink.fetched(numbers(20))
    sink.fetched(numbers(10), partition_id=1)
    first = sink.offered()
    for _ in range(3):
        sink.retry()
        assert sink.offered() == first
    written = [sink.consumer.expect(BatchWritten) for _ in range(3)]
    assert [(one.partition_id, one.offset) for one in written] == [(0, 9), (0, 19), (1, 9)]


def test_the_pause_after_a_failure_grows_to_its_limit(
    start_sink: StartSink, timer: ManualTimer, stage: Stage
) -> None:
    stage.takes = failing(*[ConnectionError("down")] * 12)
    sink = start_sink()
    sink.fetched(numbers(1))
    pauses_s = []
    for _ in range(12):
        pauses_s.append(sink.troubled().retry_in_s)
        sink.settle()
        timer.advance(pauses_s[-1])
    for pause_s, full_s in zip(pauses_s, [0.5, 1, 2, 4, 8, 16, *[30.0] * 6], strict=True):
        assert 0.8 * full_s <= pause_s <= full_s
    assert sink.written() == 0


def test_the_pause_is_what_the_target_asked_for(start_sink: StartSink, stage: Stage) -> None:
    stage.takes = failing(RetryableError("throttled", retry_after_s=12.5))
    sink = start_sink()
    sink.fetched(numbers(1))
    assert sink.troubled().retry_in_s == 12.5


def test_a_sink_that_recovers_says_so(start_sink: StartSink, stage: Stage) -> None:
    stage.takes = failing(OSError("down"))
    sink = start_sink()
    sink.supervisor.expect(Working)
    sink.fetched(numbers(1))
    sink.retry()
    sink.supervisor.expect(Working)


@pytest.mark.parametrize("error", [OSError("down"), SystemExit(3), KeyboardInterrupt(), ValueError])
def test_the_last_attempt_ends_the_sink_and_nothing_is_confirmed(
    start_sink: StartSink, stage: Stage, error: BaseException
) -> None:
    stage.takes = failing(*[error] * 3)
    sink = start_sink(configured(stage.key, max_attempts=3))
    sink.fetched(numbers(10))
    sink.retry()
    sink.retry()
    died = sink.supervisor.expect(ChildDied)
    assert isinstance(died.error, FatalError)
    assert "consume failed 3 times in a row" in str(died.error)
    sink.consumer.ref.tell("it has ended")
    sink.consumer.expect_none(BatchWritten, before=str)


def test_a_fatal_error_ends_the_sink_at_once(start_sink: StartSink, stage: Stage) -> None:
    stage.takes = failing(FatalError("schema mismatch"))
    sink = start_sink()
    sink.fetched(numbers(10))
    died = sink.supervisor.expect_none(Troubled, before=ChildDied)
    assert str(died.error) == "schema mismatch"
    stage.expect("close")


def test_a_sink_that_is_down_asks_for_no_more_than_three_fetches(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = failing(*[OSError("down")] * 20)
    sink = start_sink()
    for partition_id in range(3):
        sink.fetched(numbers(10), partition_id=partition_id)
    for _ in range(20):
        sink.retry()
    written = sink.consumer.expect_none(Demand, before=BatchWritten)
    assert written.offset == 9


def test_what_is_drained_is_confirmed_up_to_the_batch_in_hand(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.may_consume.clear()
    sink = start_sink()
    sink.fetched(numbers(100))
    sink.offered()
    tell(sink.ref, Drain())
    stage.release()
    sink.supervisor.expect(Closing)
    assert sink.written() == 9
    sink.supervisor.expect(ChildDied)
    stage.expect("close")
    stage.probe.ref.tell("that was all")
    stage.probe.expect_none(PluginCalled, before=str)


def test_a_drain_does_not_wait_for_a_target_that_is_down(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = failing(*[OSError("down")] * 9)
    sink = start_sink()
    sink.fetched(numbers(10))
    sink.troubled()
    tell(sink.ref, Drain())
    assert sink.supervisor.expect(ChildDied).error is None
    sink.consumer.ref.tell("it has ended")
    sink.consumer.expect_none(BatchWritten, before=str)


def test_fetches_that_others_will_get_are_dropped_and_replaced(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.may_consume.clear()
    sink = start_sink()
    sink.fetched(numbers(10), tenure=1)
    sink.offered()
    sink.fetched(numbers(10), tenure=2, partition_id=1)
    sink.fetched(numbers(10), tenure=3, partition_id=2)
    ended = frozenset({2})
    tell(sink.ref, TenuresEnded(consumer=sink.consumer.ref, tenures=ended))
    stage.release()
    tenures = [sink.consumer.expect(BatchWritten).tenure for _ in range(2)]
    assert tenures == [1, 3]


def test_a_failed_batch_of_a_partition_that_is_gone_is_not_tried_again(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = failing(OSError("down"))
    sink = start_sink()
    sink.fetched(numbers(10), tenure=1)
    sink.troubled()
    sink.fetched(numbers(5, first_offset=50), tenure=2, partition_id=1)
    tell(sink.ref, TenuresEnded(consumer=sink.consumer.ref, tenures=frozenset({1})))
    assert sink.written() == 54
    assert [len(sink.offered()) for _ in range(2)] == [10, 5]


def test_a_sign_of_life_comes_between_two_batches(start_sink: StartSink, stage: Stage) -> None:
    stage.may_consume.clear()
    sink = start_sink()
    sink.fetched(numbers(30))
    sink.offered()
    tell(sink.ref, AreYouThere(number=8))
    stage.release()
    assert sink.supervisor.expect(Here).number == 8
    assert sink.written() >= 9


def test_what_close_raises_is_only_logged(
    start_sink: StartSink, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.close_error = SystemExit("from close")
    sink = start_sink()
    sink.fetched(numbers(3))
    assert sink.written() == 2
    tell(sink.ref, Drain())
    assert sink.supervisor.expect(ChildDied).error is None
    assert "The plugin failed to close" in caplog.text


@pytest.mark.parametrize("error", [SystemExit("bye"), KeyboardInterrupt("bye"), ValueError("bye")])
def test_whatever_open_raises_ends_the_sink_with_an_ordinary_error(
    services: Services, timer: ManualTimer, stage: Stage, error: BaseException
) -> None:
    stage.open_errors.append(error)
    sink = StagedSinkConnector(services, timer, stage, configured(stage.key))
    died = sink.supervisor.expect_none(Working, before=ChildDied)
    assert "bye" in str(died.error)
    stage.expect("close")
