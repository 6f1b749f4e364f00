"""One consumer and a real broker: where it begins, when it polls, what it stores."""

import pytest

from actors.core import tell
from actors.data_path import Fetch, TenuresEnded
from actors.iggy.iggy_error import NotFoundError
from actors.iggy.iggy_loop import IggyLoop
from actors.lifecycle import Drain
from actors.reports import Troubled
from tests.actors.iggy.connecting import new_group_topic
from tests.actors.iggy.reader import BATCH, Reader, offsets
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.eventually import eventually


def with_second_batch(loop: IggyLoop, address: str) -> tuple[Topic, Reader, Fetch]:
    """Return a topic of two batches, whose first is stored and whose second is with the sink."""
    topic = new_topic(address, messages=2 * BATCH)
    reader = Reader(loop, address, topic.where, demand=1)
    reader.confirm(reader.fetch(), batches=10)
    assert eventually(topic.stored) == BATCH - 1
    reader.demand()
    return topic, reader, reader.fetch()


@pytest.mark.parametrize(("stored", "first"), [(None, 0), (0, 0), (1, 2), (6, 7)])
def test_it_begins_after_what_is_stored_but_for_offset_0(
    loop: IggyLoop, iggy_address: str, stored: int | None, first: int
) -> None:
    topic = new_topic(iggy_address, messages=10)
    if stored is not None:
        topic.store(stored)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    fetch = reader.fetch()
    assert offsets(fetch) == list(range(first, min(first + BATCH, 10)))
    assert fetch.partition_id == 0


def test_what_comes_after_a_purge_is_read_from_the_beginning(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=BATCH)
    reader = Reader(loop, iggy_address, topic.where, demand=2)
    old = reader.fetch()
    reader.confirm(old, batches=10)
    assert eventually(topic.stored) == BATCH - 1
    topic.purge()
    reader.advance(1)
    assert reader.sink.expect_next(TenuresEnded).tenures == {old.tenure}
    topic.send(2)
    assert offsets(reader.fetch_later()) == [0, 1]


def test_a_purge_while_the_sink_works_hides_nothing_that_comes_after_it(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic, reader, held = with_second_batch(loop, iggy_address)
    topic.purge()
    topic.send(3 * BATCH)
    reader.advance(0.6)
    reader.confirm(held, batches=10)
    assert reader.sink.expect_next(TenuresEnded).tenures == {held.tenure}
    reader.demand()
    assert offsets(reader.fetch_later())[0] == 0


def test_it_never_polls_without_demand(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, partitions=3, messages=2)
    reader = Reader(loop, iggy_address, topic.where)
    reader.works()
    reader.advance(1)
    reader.demand(2)
    fetches = [reader.fetch(), reader.fetch()]
    assert [fetch.partition_id for fetch in fetches] == [0, 1]
    reader.advance(1)
    reader.finish()


def test_what_comes_later_is_fetched_in_order(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address)
    reader = Reader(loop, iggy_address, topic.where, demand=2)
    reader.works()
    topic.send(3)
    first = reader.fetch_later()
    assert offsets(first) == [0, 1, 2]
    topic.send(2)
    reader.confirm(first)
    second = reader.fetch_later()
    assert offsets(second) == [3, 4]
    assert second.tenure == first.tenure


def test_one_batch_is_stored_100_ms_after_its_confirmation(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=20)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    first = reader.fetch()
    reader.confirm(first)
    reader.demand()
    reader.fetch()
    assert topic.stored() is None
    reader.settled()
    reader.timer.advance(0.11)
    assert eventually(topic.stored) == offsets(first)[-1]


def test_ten_batches_are_stored_at_once(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=20)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    first = reader.fetch()
    reader.confirm(first, batches=10)
    assert eventually(topic.stored) == offsets(first)[-1]


def test_what_was_fetched_and_not_confirmed_is_never_stored(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=20)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    reader.fetch()
    reader.advance(1)
    reader.finish()
    assert topic.stored() is None


def test_draining_it_polls_no_more_but_stores(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=20)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    fetch = reader.fetch()
    tell(reader.ref, Drain())
    reader.demand(3)
    reader.confirm(fetch, batches=10)
    assert eventually(topic.stored) == offsets(fetch)[-1]
    reader.advance(1)
    reader.finish()


def test_at_its_end_it_stores_what_is_confirmed(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=20)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    fetch = reader.fetch()
    reader.confirm(fetch)
    reader.finish()
    assert topic.stored() == offsets(fetch)[-1]


def test_at_its_end_it_stores_also_what_has_to_be_checked_before(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic, reader, second = with_second_batch(loop, iggy_address)
    reader.settled()
    reader.timer.advance(0.9)
    reader.confirm(second)
    reader.finish()
    assert topic.stored() == 2 * BATCH - 1


def test_partitions_that_are_deleted_take_nothing_of_the_others_with_them(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2, messages=2 * BATCH)
    reader = Reader(loop, iggy_address, topic.where, demand=2)
    first = {fetch.partition_id: fetch for fetch in (reader.fetch(), reader.fetch())}
    for fetch in first.values():
        reader.confirm(fetch, batches=10)
    eventually(lambda: topic.stored(0) == topic.stored(1) == BATCH - 1)
    reader.demand(2)
    held = {fetch.partition_id: fetch for fetch in (reader.fetch(), reader.fetch())}
    topic.delete_partitions(1)
    reader.advance(1)
    reader.advance(1)
    assert reader.sink.expect_next(TenuresEnded).tenures == {held[1].tenure}
    reader.confirm(held[0], batches=10)
    eventually(lambda: topic.stored(0) == 2 * BATCH - 1)


def test_its_end_leaves_the_group_to_others(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, messages=20)
    first = Reader(loop, iggy_address, topic.where, demand=1)
    first.fetch()
    first.finish()
    second = Reader(loop, iggy_address, topic.where, demand=1)
    assert offsets(second.fetch_later()) == list(range(BATCH))


def test_it_ends_without_a_connection_too(loop: IggyLoop, dead_address: str) -> None:
    reader = Reader(loop, dead_address, new_group_topic())
    assert dead_address in str(reader.parent.expect(Troubled).error)
    reader.finish()


def test_a_topic_that_is_missing_is_named_and_waited_for(loop: IggyLoop, iggy_address: str) -> None:
    topic = Topic(iggy_address, new_group_topic())
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    troubled = reader.parent.expect(Troubled)
    assert isinstance(troubled.error, NotFoundError)
    assert topic.where.stream in str(troubled.error)
    topic.create()
    topic.send(1)
    reader.timer.advance(troubled.retry_in_s)
    assert offsets(reader.fetch()) == [0]


def test_an_idle_consumer_polls_ever_less_often(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address)
    reader = Reader(loop, iggy_address, topic.where, demand=1)
    pauses_s = []
    for _ in range(8):
        pauses_s.append(reader.timer.wait_for_scheduled(object))
        reader.timer.advance(pauses_s[-1])
    assert pauses_s[:6] == pytest.approx([0.005, 0.01, 0.02, 0.04, 0.08, 0.16])
    assert pauses_s[6:] == pytest.approx([0.2, 0.2])


def test_data_makes_an_idle_consumer_poll_at_once_again(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address)
    reader = Reader(loop, iggy_address, topic.where, demand=2)
    for _ in range(6):
        reader.timer.advance(reader.timer.wait_for_scheduled(object))
    reader.settled()
    topic.send(2)
    reader.timer.advance(0.2)
    reader.confirm(reader.fetch(), batches=10)
    assert eventually(topic.stored) == 1
    eventually(lambda: reader.timer.wait_for_scheduled(object) < 0.011)


def test_an_idle_consumer_of_several_partitions_sees_what_comes_to_any_of_them(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=4, messages=2)
    reader = Reader(loop, iggy_address, topic.where, demand=5)
    for _ in range(4):
        reader.confirm(reader.fetch(), batches=10)
    for _ in range(10):
        reader.advance(0.2)
    topic.send(1, partition=2)
    reader.advance(0.2)
    fetch = reader.fetch()
    assert (fetch.partition_id, offsets(fetch)) == (2, [2])


def test_messages_wait_in_iggy_until_there_are_enough_of_them(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=2)
    reader = Reader(loop, iggy_address, topic.where, demand=2, min_batch=4, linger_s=60)
    reader.works()
    reader.advance(1)
    topic.send(2)
    first = reader.fetch_later()
    assert offsets(first) == [0, 1, 2, 3]
    topic.send(1)
    reader.advance(30)
    reader.finish()
    assert topic.stored() is None


def test_messages_that_have_waited_long_enough_are_fetched_although_they_are_few(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, messages=2)
    reader = Reader(loop, iggy_address, topic.where, demand=1, min_batch=4, linger_s=10)
    reader.works()
    reader.advance(9.9)
    reader.timer.advance(0.1)
    assert offsets(reader.fetch_later()) == [0, 1]
