"""Where messages may come twice on their way out (D1 to D3 of the reference), and how many."""

from collections.abc import Callable

import pytest

from actors.services import Services
from connectors import Batch
from tests.actors.iggy.topic import new_topic
from tests.actors.staged_plugins import Stage
from tests.actors.whole_sink import BATCH, WholeSink
from tests.support.broker import BrokerProcess
from tests.support.manual_timer import ManualTimer


@pytest.mark.broker_only
def test_d1_what_the_server_had_not_stored_comes_again_and_nothing_before_it(
    services: Services, timer: ManualTimer, stage: Stage, broker: BrokerProcess
) -> None:
    topic = new_topic(broker.address, messages=BATCH)
    sink = WholeSink(services, timer, stage, topic)
    sink.until_stored(BATCH - 1)
    topic.send(BATCH)
    sink.until(lambda: len(sink.taken) == 2 * BATCH)
    broker.kill()
    broker.start()
    stored = sink.stored()
    assert stored in (BATCH - 1, 2 * BATCH - 1)
    sink.until_stored(2 * BATCH - 1)
    topic.send(1)
    sink.until(lambda: (0, 2 * BATCH) in sink.taken)
    again = range(stored + 1, 2 * BATCH)
    assert sink.taken == [(0, offset) for offset in (*range(2 * BATCH), *again, 2 * BATCH)]


def test_d2_a_partition_moves_when_what_was_fetched_of_it_is_stored_and_nothing_comes_twice(
    services: Services,
    timer: ManualTimer,
    stage: Stage,
    new_stage: Callable[[], Stage],
    iggy_address: str,
) -> None:
    partitions = 4
    topic = new_topic(iggy_address, partitions=partitions, messages=2 * BATCH)
    stage.may_consume.clear()
    first = WholeSink(services, timer, stage, topic)
    first.offered()
    second = WholeSink(services, timer, new_stage(), topic)
    second.stage.expect("open")
    stage.release()

    def taken() -> list[tuple[int, int]]:
        return sorted(first.taken + second.taken)

    def all_of(count: int) -> list[tuple[int, int]]:
        return [(number, offset) for number in range(partitions) for offset in range(count)]

    second.until(lambda: len(taken()) >= partitions * 2 * BATCH)
    assert taken() == all_of(2 * BATCH)
    for number in range(partitions):
        topic.send(BATCH, partition=number)
    second.until(lambda: len(taken()) >= partitions * 3 * BATCH)
    assert taken() == all_of(3 * BATCH)
    assert first.taken
    assert second.taken


def test_d3_a_target_that_is_written_by_offset_holds_each_message_once_whatever_is_repeated(
    services: Services, timer: ManualTimer, stage: Stage, iggy_address: str
) -> None:
    """Retries lie inside the plugin: it is given the same offsets and ids each time."""
    topic = new_topic(iggy_address, messages=BATCH)
    sink = WholeSink(services, timer, stage, topic)
    failures = [OSError("down in the middle")] * 3
    rows: dict[tuple[int, int], tuple[int, bytes]] = {}
    writes = 0

    def upsert(batch: Batch) -> None:
        nonlocal writes
        for offset, id_, payload in zip(batch.offsets, batch.ids, batch.payloads, strict=True):
            key = batch.partition_id, offset
            assert rows.setdefault(key, (id_, payload)) == (id_, payload)
            writes += 1
            if failures and offset == BATCH // 2:
                raise failures.pop()

    sink.takes = upsert
    sink.until_stored(BATCH - 1)
    assert writes > BATCH
    assert [payload for _, payload in rows.values()] == [str(n).encode() for n in range(BATCH)]
