"""Single records that a sink cannot take: skipped, sent to the dead letters, or the end of it."""

from collections.abc import Callable

import pytest

from actors.core import ChildDied, tell
from actors.data_path import BatchRefused, BatchSent, BatchWritten, TenuresEnded
from config.model import Schema
from config.policies import Tolerance
from connectors import Batch, FatalError, RecordError
from connectors.outgoing import Outgoing
from tests.actors.staged_plugins import PluginCalled, Stage
from tests.actors.staged_sink import StagedSinkConnector, StartSink, configured, numbers
from tests.connectors.messages import Message, transform

SENT = BatchSent(sent=1, unsendable=())
HEADERS: dict[object, object] = {"trace": b"\x01\x02", "attempt": 3}


def rejecting(*offsets: int) -> Callable[[Batch], None]:
    def take(batch: Batch) -> None:
        for offset in offsets:
            batch.reject(offset, "too old")

    return take


def refusing(offset: int) -> Callable[[Batch], None]:
    def take(batch: Batch) -> None:
        if offset in batch.offsets:
            raise RecordError("too old", offset=offset)

    return take


def poisoned(*payloads: bytes) -> Callable[[Batch], None]:
    def take(batch: Batch) -> None:
        if set(batch.payloads) & set(payloads):
            raise ValueError("bare")

    return take


def decoding(batch: Batch) -> None:
    for _record in batch:
        pass


def letters(sink: StagedSinkConnector) -> Outgoing:
    ((stream, outgoing),) = sink.dead_letter().parts
    assert (stream.stream, stream.topic) == ("shop", f"dlq_sink_{sink.stage.key}")
    return outgoing


def died(sink: StagedSinkConnector) -> str:
    error = sink.supervisor.expect(ChildDied).error
    assert isinstance(error, FatalError)
    return str(error)


def test_a_rejected_record_is_skipped_logged_with_its_offset_and_counted(
    start_sink: StartSink, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.takes = rejecting(3, 5)
    sink = start_sink()
    sink.fetched(numbers(10))
    assert sink.written() == 9
    sink.counted(received=10, delivered=8, errors=2)
    skipped = [r.fields["offset"] for r in caplog.records if "is skipped" in r.message]  # type: ignore[attr-defined]
    assert skipped == [3, 5]


def test_a_rejection_of_a_batch_that_failed_does_not_count(
    start_sink: StartSink, stage: Stage
) -> None:
    failures = [OSError("down")]

    def take(batch: Batch) -> None:
        if failures:
            batch.reject(3, "not yet certain")
            raise failures.pop()

    stage.takes = take
    sink = start_sink()
    sink.fetched(numbers(10))
    sink.retry()
    assert sink.written() == 9
    sink.counted(received=10, delivered=10, errors=0)


def test_after_a_record_error_the_rest_is_offered_again_at_once_without_that_record(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = refusing(4)
    sink = start_sink()
    sink.fetched(numbers(10))
    assert len(sink.offered()) == 10
    assert sink.offered() == [str(offset).encode() for offset in range(10) if offset != 4]
    assert sink.written() == 9
    sink.counted(received=10, delivered=9, errors=1)


def test_a_record_error_that_names_no_record_is_a_failure_of_the_batch(
    start_sink: StartSink, stage: Stage
) -> None:
    errors = [RecordError("which one?"), RecordError("not here", offset=99)]

    def take(_batch: Batch) -> None:
        if errors:
            raise errors.pop()

    stage.takes = take
    sink = start_sink()
    sink.fetched(numbers(10))
    sink.retry()
    sink.retry()
    assert [len(sink.offered()) for _ in range(3)] == [10, 10, 10]
    assert sink.written() == 9
    sink.counted(errors=0)


@pytest.mark.parametrize("transforms", [(), (transform("delete_fields", fields=["b"]),)])
def test_what_cannot_be_decoded_is_skipped_with_and_without_transforms(
    start_sink: StartSink, stage: Stage, transforms: tuple[object, ...]
) -> None:
    taken: list[object] = []
    stage.takes = lambda batch: taken.extend(batch.values)
    sink = start_sink(configured(stage.key, schema=Schema.JSON, transforms=transforms))  # type: ignore[arg-type]
    sink.fetched([Message(b'{"a":1}', 0), Message(b"{not JSON", 1), Message(b'{"a":2}', 2)])
    assert sink.written() == 2
    assert taken == [{"a": 1}, {"a": 2}]
    sink.counted(received=3, delivered=2, errors=1)


def test_a_batch_of_which_nothing_is_left_does_not_reach_the_plugin(
    start_sink: StartSink, stage: Stage
) -> None:
    transforms = (transform("delete_fields", fields=["b"]),)
    sink = start_sink(configured(stage.key, schema=Schema.JSON, transforms=transforms))
    sink.fetched([Message(b"no", 0), Message(b"no", 1)])
    assert sink.written() == 1
    stage.probe.ref.tell("confirmed")
    stage.probe.expect_none(PluginCalled, before=str)


def test_fifty_bare_exceptions_and_nothing_is_skipped(start_sink: StartSink, stage: Stage) -> None:
    failures = [ValueError("bare")] * 50

    def take(_batch: Batch) -> None:
        if failures:
            raise failures.pop()

    stage.takes = take
    sink = start_sink(configured(stage.key, batch_length=8))
    sink.fetched(numbers(8))
    for _ in range(50):
        sink.retry()
    assert sink.written() == 7
    sink.counted(received=8, delivered=8, errors=0)


def test_one_real_poison_is_skipped_and_nothing_else(start_sink: StartSink, stage: Stage) -> None:
    delivered: list[bytes] = []
    is_poisoned = poisoned(b"13")

    def take(batch: Batch) -> None:
        is_poisoned(batch)
        delivered.extend(batch.payloads)

    stage.takes = take
    sink = start_sink()
    sink.fetched(numbers(30))
    sink.retry_until_written(29)
    assert set(delivered) == {str(n).encode() for n in range(30)} - {b"13"}
    sink.counted(received=10, delivered=9, errors=1)


@pytest.mark.parametrize("poison", [b"0", b"2", b"4"])
def test_poison_that_is_alone_in_its_batch_is_skipped_when_a_message_beside_it_gets_through(
    start_sink: StartSink, stage: Stage, poison: bytes
) -> None:
    stage.takes = poisoned(poison)
    sink = start_sink(configured(stage.key, batch_length=1))
    sink.fetched(numbers(3))
    sink.fetched(numbers(3, first_offset=3))
    sink.retry_until_written(5)
    sink.counted(errors=1)


def test_while_nothing_beside_it_gets_through_a_record_that_is_alone_is_kept(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = poisoned(b"0", b"1", b"2")
    sink = start_sink(configured(stage.key, batch_length=1))
    sink.fetched(numbers(3))
    for _ in range(60):
        sink.retry()
    sink.confirms_nothing()


def test_what_comes_before_a_dead_letter_is_confirmed_while_that_is_on_its_way(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = refusing(13)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched(numbers(20))
    letters(sink)
    assert sink.written() == 9
    tell(sink.ref, SENT)
    assert sink.written() == 19


def test_a_dead_letter_is_in_iggy_before_the_offset_moves(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = rejecting(3)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched([Message(str(n).encode(), n, HEADERS) for n in range(10)])
    outgoing = letters(sink)
    sink.confirms_nothing()
    tell(sink.ref, SENT)
    assert sink.written() == 9
    sink.counted(received=10, delivered=9, errors=1)
    assert outgoing.payloads == [b"3"]
    (headers,) = outgoing.headers
    assert headers is not None
    assert {name: headers[name] for name in HEADERS} == HEADERS  # type: ignore[index]
    added = {str(name): value for name, value in headers.items() if name not in HEADERS}
    assert int(added.pop("dead_letter.time")) > 1_700_000_000_000_000
    assert added == {
        "dead_letter.cause": "RecordError: too old",
        "dead_letter.connector": f"sink {stage.key}",
        "dead_letter.stream": "shop",
        "dead_letter.topic": "orders",
        "dead_letter.partition": 0,
        "dead_letter.offset": 3,
        "dead_letter.attempts": 1,
    }


def test_nothing_is_offered_while_dead_letters_are_on_their_way(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = decoding
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER, schema=Schema.JSON))
    sink.fetched([Message(b"no", 0)])
    sink.fetched([Message(b"1", 0)], partition_id=1)
    assert sink.offered() == [b"no"]
    letters(sink)
    sink.settle()
    stage.probe.ref.tell("still on their way")
    stage.probe.expect_none(PluginCalled, before=str)
    tell(sink.ref, SENT)
    assert sink.offered() == [b"1"]


def test_a_dead_letter_that_is_refused_goes_without_the_added_headers(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = rejecting(0)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched([Message(b"large", 0, HEADERS)])
    letters(sink)
    tell(sink.ref, BatchRefused(error=ValueError("too large")))
    outgoing = letters(sink)
    assert (outgoing.payloads, outgoing.headers) == ([b"large"], [HEADERS])
    tell(sink.ref, SENT)
    assert sink.written() == 0


def test_a_dead_letter_that_is_refused_again_ends_the_sink_before_its_record(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = rejecting(2)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched(numbers(10))
    for _ in range(2):
        letters(sink)
        tell(sink.ref, BatchRefused(error=ValueError("too large")))
    assert "a dead letter was refused: too large" in died(sink)
    sink.consumer.ref.tell("it has ended")
    sink.consumer.expect_none(BatchWritten, before=str)


def test_dead_letters_of_a_partition_that_is_gone_confirm_nothing(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = rejecting(0)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.DEAD_LETTER))
    sink.fetched([Message(b"0", 0)], tenure=1)
    letters(sink)
    tell(sink.ref, TenuresEnded(consumer=sink.consumer.ref, tenures=frozenset({1})))
    tell(sink.ref, SENT)
    sink.confirms_nothing()


@pytest.mark.parametrize("take", [rejecting(13), refusing(13)])
def test_who_tolerates_nothing_stops_before_the_record_with_everything_before_it_confirmed(
    start_sink: StartSink, stage: Stage, take: Callable[[Batch], None]
) -> None:
    stage.takes = lambda batch: take(batch) if 13 in batch.offsets else None
    sink = start_sink(configured(stage.key, tolerance=Tolerance.FAIL))
    sink.fetched(numbers(30))
    reason = died(sink)
    assert "stopped before offset 13 of shop/orders partition 0" in reason
    assert reason.endswith("too old")
    written = [sink.consumer.expect(BatchWritten)]
    sink.consumer.ref.tell("it has ended")
    while not isinstance(message := sink.consumer.expect_next(object), str):
        assert isinstance(message, BatchWritten)
        written.append(message)
    assert written[-1].offset == 12


def test_who_tolerates_nothing_is_not_offered_what_comes_after_the_record(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = refusing(4)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.FAIL))
    sink.fetched(numbers(10))
    assert len(sink.offered()) == 10
    assert sink.offered() == [b"0", b"1", b"2", b"3"]
    assert "stopped before offset 4" in died(sink)
    assert sink.written() == 3


def test_who_tolerates_nothing_and_fails_at_the_first_record_confirms_nothing(
    start_sink: StartSink, stage: Stage
) -> None:
    stage.takes = rejecting(7)
    sink = start_sink(configured(stage.key, tolerance=Tolerance.FAIL))
    sink.fetched(numbers(10, first_offset=7))
    assert "stopped before offset 7" in died(sink)
    sink.consumer.ref.tell("it has ended")
    sink.consumer.expect_none(BatchWritten, before=str)


def test_no_payload_is_shown_in_what_is_logged(
    start_sink: StartSink, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.takes = decoding
    sink = start_sink(configured(stage.key, schema=Schema.JSON))
    sink.fetched([Message(b"secret {", 0), Message(b"2", 1)])
    assert sink.written() == 1
    assert "is skipped" in caplog.text
    assert "secret" not in caplog.text
