"""Two consumers in one group: partitions change hands, and nothing is read twice on the way."""

from dataclasses import replace
from functools import partial

import pytest

from actors.data_path import TenuresEnded
from actors.iggy.iggy_error import NotAMemberError, NotFoundError
from actors.iggy.iggy_loop import IggyLoop
from actors.iggy.session import Session
from actors.reports import Troubled
from tests.actors.iggy.answers import answer_of
from tests.actors.iggy.connecting import root_session
from tests.actors.iggy.reader import BATCH, Reader, offsets
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.broker import StartBroker
from tests.support.eventually import eventually

MESSAGES = 4 * BATCH


def with_first_batches_stored(loop: IggyLoop, topic: Topic, *, demand: int) -> Reader:
    """Start a reader that has dealt with the first batch of each of two partitions."""
    reader = Reader(loop, topic.address, topic.where, demand=demand)
    for _ in range(2):
        reader.confirm(reader.fetch(), batches=10)
    eventually(lambda: topic.stored(0) == topic.stored(1) == BATCH - 1)
    return reader


def test_a_partition_that_was_taken_away_is_finished_and_then_the_others(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=MESSAGES)
    first = Reader(loop, iggy_address, topic.where, demand=2)
    fetches = {fetch.partition_id: fetch for fetch in (first.fetch(), first.fetch())}
    second = Reader(loop, iggy_address, topic.where, demand=1)
    second.works()
    first.advance(1)
    for fetch in fetches.values():
        first.confirm(fetch)
    handed_over = second.fetch_later()
    taken = handed_over.partition_id
    kept = 1 - taken
    assert offsets(handed_over)[0] == BATCH
    assert topic.stored(kept) is None
    first.demand(2)
    fetched = first.fetch_later()
    assert (fetched.partition_id, offsets(fetched)[0]) == (kept, BATCH)
    first.confirm(fetched, batches=10)
    fetched = first.fetch_later()
    assert (fetched.partition_id, offsets(fetched)[0]) == (kept, 2 * BATCH)
    first.finish()


@pytest.mark.broker_only
def test_what_another_member_has_by_now_is_told_and_not_stored(
    loop: IggyLoop, start_broker: StartBroker
) -> None:
    broker = start_broker(IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT="200ms")
    topic = new_topic(broker.address, partitions=2, messages=MESSAGES)
    first = Reader(loop, broker.address, topic.where, demand=2)
    fetches = {fetch.partition_id: fetch for fetch in (first.fetch(), first.fetch())}
    second = Reader(loop, broker.address, topic.where, demand=1)
    again = second.fetch_later()
    taken = again.partition_id
    assert offsets(again)[0] == 0
    first.advance(1)
    first.confirm(fetches[taken], batches=10)
    ended = first.sink.expect_next(TenuresEnded)
    assert ended.tenures == {fetches[taken].tenure}
    second.confirm(again, batches=10)
    assert eventually(lambda: topic.stored(taken)) == BATCH - 1


@pytest.mark.broker_only
def test_what_another_member_has_by_now_is_told_also_where_nothing_was_ever_stored(
    loop: IggyLoop, start_broker: StartBroker
) -> None:
    broker = start_broker(IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT="200ms")
    topic = new_topic(broker.address, partitions=2, messages=MESSAGES)
    first = Reader(loop, broker.address, topic.where, demand=2)
    fetches = {fetch.partition_id: fetch for fetch in (first.fetch(), first.fetch())}
    taken = Reader(loop, broker.address, topic.where, demand=1).fetch_later().partition_id
    first.advance(1)
    first.advance(1)
    assert first.sink.expect_next(TenuresEnded).tenures == {fetches[taken].tenure}


def test_what_waits_for_more_is_handed_out_when_its_partition_is_to_move(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=2)
    first = Reader(loop, iggy_address, topic.where, demand=3, min_batch=4, linger_s=60)
    first.works()
    first.advance(0.5)
    second = Reader(loop, iggy_address, topic.where, demand=1)
    second.works()
    first.advance(1)
    fetch = first.fetch()
    assert offsets(fetch) == [0, 1]
    first.confirm(fetch)
    topic.send(1, partition=fetch.partition_id)
    handed_over = second.fetch_later()
    assert (handed_over.partition_id, offsets(handed_over)) == (fetch.partition_id, [2])


def test_a_rest_too_small_for_a_batch_is_handed_out_when_its_partition_is_to_move(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=BATCH)
    first = Reader(loop, iggy_address, topic.where, demand=2, min_batch=4, linger_s=60)
    for _ in range(2):
        first.confirm(first.fetch(), batches=10, took_s=0.01)
    for partition in (0, 1):
        topic.send(BATCH + 2, partition=partition)
    first.demand(3)
    found = (first.fetch_later(), first.fetch_later())
    fetches = {fetch.partition_id: fetch for fetch in found}
    assert {len(fetch.messages) for fetch in found} == {BATCH}
    second = Reader(loop, iggy_address, topic.where, demand=1)
    second.works()
    first.advance(1)
    rest = first.fetch()
    assert offsets(rest) == [2 * BATCH, 2 * BATCH + 1]
    first.confirm(fetches[rest.partition_id])
    first.confirm(rest)
    topic.send(1, partition=rest.partition_id)
    handed_over = second.fetch_later()
    assert (handed_over.partition_id, offsets(handed_over)) == (rest.partition_id, [2 * BATCH + 2])


def test_what_another_had_between_two_syncs_of_a_member_does_not_come_to_that_again(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=MESSAGES)
    unaware = with_first_batches_stored(loop, topic, demand=2)
    brief = Reader(loop, iggy_address, topic.where, demand=1)
    had = brief.fetch_later()
    brief.confirm(replace(had, messages=had.messages[:2]), batches=10)
    brief.finish()
    assert topic.stored(had.partition_id) == BATCH + 1
    unaware.settled()
    unaware.demand(2)
    assert len(unaware.sink.expect_next(TenuresEnded).tenures) == 1
    fetches = {fetch.partition_id: fetch for fetch in (unaware.fetch(), unaware.fetch())}
    assert offsets(fetches[had.partition_id])[0] == BATCH + 2
    assert offsets(fetches[1 - had.partition_id])[0] == BATCH


def test_what_another_had_while_a_member_was_suspended_does_not_come_to_that_again(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=BATCH)
    suspended = with_first_batches_stored(loop, topic, demand=4)
    suspended.advance(1.1)
    other = Reader(loop, iggy_address, topic.where, demand=1)
    for partition in (0, 1):
        topic.send(BATCH, partition=partition)
    had = other.fetch_later()
    other.confirm(had, batches=10)
    eventually(lambda: topic.stored(had.partition_id) == 2 * BATCH - 1)
    other.finish()
    suspended.timer.advance(10)
    assert len(suspended.sink.expect_next(TenuresEnded).tenures) == 1
    kept = suspended.fetch_later()
    assert (kept.partition_id, offsets(kept)[0]) == (1 - had.partition_id, BATCH)
    topic.send(1, partition=had.partition_id)
    again = suspended.fetch_later()
    assert (again.partition_id, offsets(again)) == (had.partition_id, [2 * BATCH])


def test_who_is_put_out_of_the_group_joins_it_again(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=MESSAGES)
    reader = Reader(loop, iggy_address, topic.where)
    reader.works()
    operator = answer_of(loop, partial(root_session, iggy_address))
    assert isinstance(operator, Session)
    answer_of(loop, partial(operator.delete_group, topic.where))
    reader.advance(1)
    assert isinstance(reader.parent.expect(Troubled).error, (NotAMemberError, NotFoundError))
    reader.demand()
    reader.reconnects()
    assert offsets(reader.fetch())[0] == 0


def test_what_is_gained_is_polled_at_once_however_long_the_interval_is(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=0)
    first = Reader(loop, iggy_address, topic.where, demand=1)
    first.works()
    second = Reader(loop, iggy_address, topic.where, demand=2, poll_interval_s=3600)
    second.works()
    first.advance(1)
    second.advance(1)
    first.finish()
    for partition in (0, 1):
        topic.send(1, partition=partition)
    second.advance(1)
    assert {second.fetch().partition_id, second.fetch().partition_id} == {0, 1}


def test_what_a_member_leaves_the_other_takes(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=MESSAGES)
    first = Reader(loop, iggy_address, topic.where)
    first.works()
    second = Reader(loop, iggy_address, topic.where, demand=4)
    kept = second.fetch_later()
    second.confirm(kept, batches=10)
    assert second.fetch().partition_id == kept.partition_id
    first.finish()
    gained = second.fetch_later()
    assert gained.partition_id != kept.partition_id
    assert offsets(gained)[0] == 0
