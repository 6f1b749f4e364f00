"""Where the reference runtime loses messages on their way out (its L1 to L7): what happens here."""

from collections.abc import Callable
from typing import Protocol

import pytest

from actors.core import tell
from actors.data_path import TenuresEnded
from actors.iggy.group_topic import GroupTopic
from actors.lifecycle import StopConnector
from actors.reports import Troubled
from actors.services import Services
from config.model import Schema
from config.policies import OffsetCommit, Tolerance
from connectors import Batch, RetryableError
from tests.actors.iggy.cutting_relay import CuttingRelay
from tests.actors.iggy.reader import BATCH as READER_BATCH
from tests.actors.iggy.reader import Reader, offsets
from tests.actors.iggy.topic import Topic, new_topic
from tests.actors.staged_plugins import Stage
from tests.actors.whole_sink import BATCH, WholeSink
from tests.support.eventually import eventually
from tests.support.manual_timer import ManualTimer
from tests.support.numbers import TOPIC, create_numbers, send_texts
from tests.support.sdk import unique_name


class StartWholeSink(Protocol):
    def __call__(self, topic: Topic, own: Stage | None = None, **options: object) -> WholeSink: ...


@pytest.fixture
def start(services: Services, timer: ManualTimer, stage: Stage) -> StartWholeSink:
    def start_it(topic: Topic, own: Stage | None = None, **options: object) -> WholeSink:
        return WholeSink(services, timer, own or stage, topic, **options)  # type: ignore[arg-type]

    return start_it


def topic_of(address: str, texts: list[str]) -> Topic:
    where = GroupTopic(stream=unique_name("s"), topic=TOPIC, group=unique_name("g"))
    create_numbers(address, where.stream)
    send_texts(address, where.stream, texts)
    return Topic(address, where)


def decode(batch: Batch) -> None:
    for _record in batch:
        pass


def numbers(first: int, end: int) -> list[bytes]:
    return [str(number).encode() for number in range(first, end)]


def each_once(sink: WholeSink, count: int) -> bool:
    return sink.taken == [(0, offset) for offset in range(count)]


@pytest.mark.parametrize(
    "error", [TimeoutError("late"), RetryableError("throttled"), ValueError("bare"), SystemExit(1)]
)
def test_l1_a_consume_that_fails_gets_its_batch_again_and_no_offset_moves_before(
    start: StartWholeSink, iggy_address: str, error: BaseException
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    failures = [error] * 3
    stored_at_failures: list[int | None] = []
    sink = start(topic)

    def take(_batch: Batch) -> None:
        if failures:
            stored_at_failures.append(sink.stored())
            raise failures.pop()

    sink.takes = take
    assert [sink.offered() for _ in range(4)] == [numbers(0, BATCH)] * 4
    sink.until_stored(BATCH - 1)
    assert stored_at_failures == [None] * 3
    assert each_once(sink, BATCH)


def test_l2_what_a_crash_interrupts_between_poll_and_the_end_of_consume_comes_again(
    start: StartWholeSink, iggy_address: str, stage: Stage
) -> None:
    topic = new_topic(iggy_address, messages=3 * BATCH)
    stage.may_consume.clear()
    sink = start(topic)
    assert sink.offered() == numbers(0, BATCH)
    sink.lose_its_consumer()
    stage.expect("open")
    assert sink.stored() is None
    stage.release()
    assert sink.offered() == numbers(0, BATCH)
    sink.until_stored(3 * BATCH - 1)
    assert set(sink.taken) == {(0, offset) for offset in range(3 * BATCH)}


def test_l3_a_stop_with_a_backlog_hands_back_what_was_not_confirmed(
    start: StartWholeSink, iggy_address: str, stage: Stage, new_stage: Callable[[], Stage]
) -> None:
    topic = new_topic(iggy_address, messages=10 * BATCH)
    stage.may_consume.clear()
    sink = start(topic)
    sink.offered()
    tell(sink.ref, StopConnector())
    stage.release()
    sink.stopped()
    assert each_once(sink, BATCH)
    assert sink.stored() == BATCH - 1

    after = start(topic, new_stage())
    after.until_stored(10 * BATCH - 1)
    assert sink.taken + after.taken == [(0, offset) for offset in range(10 * BATCH)]


def test_l4_what_cannot_be_decoded_stands_in_the_dead_letters_before_the_offset_moves(
    start: StartWholeSink, iggy_address: str
) -> None:
    topic = topic_of(iggy_address, ["1", "{not JSON", "3"])
    sink = start(topic, schema=Schema.JSON, tolerance=Tolerance.DEAD_LETTER)
    sink.takes = decode
    sink.until_stored(2)
    assert sink.taken == [(0, 0), (0, 2)]
    letters = GroupTopic(stream=topic.where.stream, topic=f"dlq_sink_{sink.stage.key}", group="any")
    (letter,) = Topic(iggy_address, letters).messages()
    assert letter.payload() == b"{not JSON"


def test_l5_what_the_plugin_cannot_rebuild_is_counted_and_logged_with_its_offset(
    start: StartWholeSink, iggy_address: str, caplog: pytest.LogCaptureFixture
) -> None:
    topic = topic_of(iggy_address, ["1", "{not JSON", "3"])
    sink = start(topic, schema=Schema.JSON)
    values: list[object] = []
    sink.takes = lambda batch: values.extend(batch.values)
    view = sink.until_view(lambda view: view.received == 3)
    assert (view.delivered, view.errors) == (2, 1)
    assert values == [1, 3]
    (skipped,) = [record for record in caplog.records if "is skipped" in record.message]
    assert skipped.fields["offset"] == 1  # type: ignore[attr-defined]


def test_l6_a_plugin_that_buffers_loses_nothing_if_it_returns_only_when_all_is_safe(
    start: StartWholeSink, iggy_address: str
) -> None:
    """Returning is what confirms: a plugin that returns earlier cannot be helped."""
    topic = new_topic(iggy_address, messages=3 * BATCH)
    safe: list[bytes] = []
    failures = [OSError("down")]
    sink = start(topic)

    def take_in_fours(batch: Batch) -> None:
        for first in range(0, len(batch), 4):
            safe.extend(batch.payloads[first : first + 4])
            if failures and first:
                raise failures.pop()

    sink.takes = take_in_fours

    def is_stored() -> bool:
        stored = sink.stored()
        assert stored is None or set(numbers(0, stored + 1)) <= set(safe)
        return stored == 3 * BATCH - 1

    sink.until(is_stored)
    assert set(safe) == set(numbers(0, 3 * BATCH))


def test_l7_a_poll_whose_answer_is_lost_is_asked_again(
    services: Services, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=READER_BATCH)
    with CuttingRelay(iggy_address) as relay:
        reader = Reader(services.iggy_loop, relay.address, topic.where, demand=1)
        reader.confirm(reader.fetch(), batches=10)
        assert eventually(topic.stored) == READER_BATCH - 1
        topic.send(READER_BATCH)
        relay.cut_next()
        reader.demand()
        reader.parent.expect(Troubled)
        reader.sink.expect_next(TenuresEnded)
        assert topic.stored() == READER_BATCH - 1
        reader.settled()
        reader.reconnects()
        assert offsets(reader.fetch()) == list(range(READER_BATCH, 2 * READER_BATCH))
        reader.finish()


def test_l2_whoever_wants_it_as_in_the_reference_may_commit_after_polling(
    start: StartWholeSink, iggy_address: str, stage: Stage
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    stage.may_consume.clear()
    sink = start(topic, offset_commit=OffsetCommit.AFTER_POLLING)
    sink.offered()
    sink.until_stored(BATCH - 1)
    assert sink.taken == []
