"""A sink that commits after polling gives up at a crash what it has in hand, and only then."""

from dataclasses import replace

import pytest

from actors.core import ChildDied, tell
from actors.data_path import BatchGivenUp, BatchWritten, Demand, TenuresEnded
from actors.lifecycle import Drain
from actors.reports import Counted
from config.model import SinkConfig
from config.policies import OffsetCommit, Tolerance
from connectors import Batch
from tests.actors.staged_plugins import Stage
from tests.actors.staged_sink import StagedSinkConnector, StartSink, configured, numbers

BATCH = 10


def after_polling(key: str, *, tolerance: Tolerance = Tolerance.SKIP) -> SinkConfig:
    config = configured(key, batch_length=BATCH, tolerance=tolerance)
    return replace(config, offset_commit=OffsetCommit.AFTER_POLLING)


@pytest.fixture
def sink(start_sink: StartSink, stage: Stage) -> StagedSinkConnector:
    """Return a sink that is inside its first `consume`, and has two more batches."""
    stage.may_consume.clear()
    sink = start_sink(after_polling(stage.key))
    sink.fetched(numbers(BATCH))
    sink.offered()
    sink.fetched(numbers(2 * BATCH, first_offset=BATCH))
    return sink


def rest(sink: StagedSinkConnector) -> list[bytes]:
    """Let the sink go on; return the first payload of each batch that it still offers."""
    sink.stage.release()
    return [sink.offered()[0], sink.offered()[0]]


def ended(sink: StagedSinkConnector) -> None:
    assert sink.supervisor.expect(ChildDied).error is None


def test_a_fetch_is_confirmed_as_soon_as_the_sink_has_it_and_never_again(
    sink: StagedSinkConnector,
) -> None:
    first = sink.consumer.expect(BatchWritten)
    assert (first.offset, first.messages, first.took_s) == (BATCH - 1, BATCH, None)
    rest(sink)
    assert sink.written() == 3 * BATCH - 1
    sink.confirms_nothing()


def test_a_stop_waits_for_what_nobody_would_get_again(sink: StagedSinkConnector) -> None:
    tell(sink.ref, Drain())
    assert rest(sink) == [b"10", b"20"]
    ended(sink)
    sink.counted(delivered=2 * BATCH, errors=0)


def test_what_comes_while_it_ends_is_left_to_come_again(
    start_sink: StartSink, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.may_consume.clear()
    sink = start_sink(after_polling(stage.key))
    sink.fetched(numbers(BATCH))
    sink.offered()
    assert sink.written() == BATCH - 1
    tell(sink.ref, Drain())
    sink.fetched(numbers(BATCH, first_offset=BATCH))
    stage.release()
    ended(sink)
    sink.consumer.ref.tell("that was all")
    sink.consumer.expect_none(BatchWritten, before=str)
    assert "not delivered" not in caplog.text


def test_a_partition_or_connection_that_is_lost_takes_nothing_with_it(
    sink: StagedSinkConnector,
) -> None:
    tell(sink.ref, TenuresEnded(consumer=sink.consumer.ref, tenures=frozenset({1})))
    assert rest(sink) == [b"10", b"20"]
    assert [sink.demands(), sink.demands()] == [1, 1]
    sink.settle()
    sink.consumer.ref.tell("that was all")
    sink.consumer.expect_none(Demand, before=str)


def test_a_stop_while_the_target_is_down_says_and_counts_what_is_lost(
    sink: StagedSinkConnector, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Batch) -> None:
        raise OSError("down")

    sink.stage.takes = refuse
    tell(sink.ref, Drain())
    sink.stage.release()
    ended(sink)
    counted = sink.supervisor.expect(Counted)
    assert (counted.received, counted.errors) == (3 * BATCH, 3 * BATCH)
    assert "30 messages whose offsets are stored were not delivered" in caplog.text


def test_what_was_delivered_before_the_target_went_is_not_counted_as_lost(
    sink: StagedSinkConnector, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse_the_last(batch: Batch) -> None:
        if batch.offsets[0] == 2 * BATCH:
            raise OSError("down")

    sink.stage.takes = refuse_the_last
    tell(sink.ref, Drain())
    sink.stage.release()
    ended(sink)
    assert "10 messages whose offsets are stored were not delivered" in caplog.text


def test_without_it_a_stop_begins_no_other_batch(start_sink: StartSink, stage: Stage) -> None:
    begun: list[int] = []
    stage.takes = lambda batch: begun.append(batch.offsets[0])
    stage.may_consume.clear()
    sink = start_sink(configured(stage.key, batch_length=BATCH))
    sink.fetched(numbers(3 * BATCH))
    sink.offered()
    tell(sink.ref, Drain())
    stage.release()
    ended(sink)
    assert begun == [0]
    assert sink.written() == BATCH - 1


def test_a_stop_does_not_wait_for_dead_letters_that_nobody_sends_any_more(
    start_sink: StartSink, stage: Stage
) -> None:
    def reject_all(batch: Batch) -> None:
        for record in batch:
            batch.reject(record, "unfit")

    stage.takes = reject_all
    sink = start_sink(after_polling(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched(numbers(BATCH))
    sink.dead_letter()
    tell(sink.ref, Drain())
    tell(sink.ref, BatchGivenUp())
    ended(sink)
    sink.counted(received=BATCH, errors=BATCH)
