"""A producer and a real broker: what is sent, and sent again, and when it gives up."""

from collections.abc import Sequence

import pytest

from actors.core import ChildDied, Ref, tell
from actors.data_path import BatchGivenUp, BatchSent, SendBatch, Unsendable
from actors.iggy.iggy_error import ConnectionLostError, NotFoundError
from actors.iggy.iggy_loop import IggyLoop
from actors.iggy.iggy_producer import IggyProducer
from actors.lifecycle import Drain, Finish
from actors.reports import Troubled, Working
from actors.services import Services
from config.model import Schema, SourceStream
from connectors.outgoing import Outgoing
from tests.actors.iggy.connecting import iggy_config, new_group_topic
from tests.actors.iggy.cutting_relay import CuttingRelay
from tests.actors.iggy.topic import Topic, new_topic
from tests.support.broker import BrokerProcess
from tests.support.eventually import eventually, never
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LONGEST_PAUSE_S = 2.0


class Producing:
    """A producer for one topic, between probes, with a clock that only the test moves."""

    def __init__(
        self, loop: IggyLoop, address: str, topic: Topic, *, linger_time: str = "0ms"
    ) -> None:
        self.timer = ManualTimer()
        self.parent, self.source = Probe(), Probe()
        self.stream = SourceStream(
            stream=topic.where.stream,
            topic=topic.where.topic,
            schema=Schema.TEXT,
            batch_length=2,
            linger_time=linger_time,
        )
        self.ref: Ref = IggyProducer.start(
            self.parent.lineage("producer"),
            services=Services(timer=self.timer, iggy_loop=loop),
            iggy=iggy_config(address),
            streams=(self.stream,),
        )

    def send(self, *payloads: str | bytes, partitions: Sequence[int | None] = ()) -> None:
        none = [None] * len(payloads)
        outgoing = Outgoing(
            payloads=list(payloads),
            ids=list(none),
            headers=list(none),
            keys=list(none),
            partitions=list(partitions) or list(none),
            rejections=(),
            filtered=0,
        )
        tell(self.ref, SendBatch(source=self.source.ref, parts=((self.stream, outgoing),)))

    def works(self) -> None:
        self.parent.expect(Working)

    def reconnects(self) -> Troubled:
        """Wait until it is troubled, and let it connect again."""
        troubled = self.parent.expect(Troubled)
        self.timer.advance(LONGEST_PAUSE_S)
        return troubled

    def finish(self) -> None:
        """Have it end; nothing more was answered."""
        tell(self.ref, Finish())
        assert self.parent.expect(ChildDied).error is None
        self.source.ref.tell("that was all")
        self.source.expect_next(str)


def unborn(address: str) -> Topic:
    return Topic(address, new_group_topic())


def payloads(topic: Topic, partition: int = 0) -> list[str]:
    return [message.payload().decode() for message in topic.messages(partition)]


def ids(topic: Topic, partition: int = 0) -> list[int]:
    return [message.id() for message in topic.messages(partition)]


def test_stream_and_topic_are_created_and_a_batch_is_answered_once(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = unborn(iggy_address)
    producing = Producing(loop, iggy_address, topic)
    producing.send("a", "b", "c")
    assert producing.source.expect_next(BatchSent) == BatchSent(sent=3, unsendable=())
    assert payloads(topic) == ["a", "b", "c"]
    assert len(set(ids(topic))) == 3
    producing.finish()


def test_batch_follows_batch(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address, partitions=2)
    producing = Producing(loop, iggy_address, topic)
    for letters in ("abc", "def", "ghi"):
        producing.send(*letters)
        assert producing.source.expect_next(BatchSent).sent == 3
    assert payloads(topic, 0) == ["a", "b", "d", "e", "g", "h"]
    assert payloads(topic, 1) == ["c", "f", "i"]


def test_a_topic_that_came_back_with_fewer_partitions_gets_the_batch(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2)
    producing = Producing(loop, iggy_address, topic)
    producing.send("a")
    assert producing.source.expect_next(BatchSent).sent == 1
    topic.delete()
    producing.send("b", "c", "d")
    assert isinstance(producing.reconnects().error, NotFoundError)
    assert producing.source.expect_next(BatchSent).sent == 3
    assert payloads(topic) == ["b", "c", "d"]
    producing.finish()


def test_what_can_never_be_sent_is_named_and_the_rest_is_sent(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=2)
    producing = Producing(loop, iggy_address, topic)
    producing.send("a", "b", partitions=[1, 2])
    reason = "partition 2 is not there: the topic has 2"
    assert producing.source.expect_next(BatchSent) == BatchSent(
        sent=1, unsendable=(Unsendable(stream=producing.stream, row=1, reason=reason),)
    )
    producing.send("c", partitions=[9])
    assert producing.source.expect_next(BatchSent).sent == 0
    assert payloads(topic, 1) == ["a"]


def test_it_reports_that_it_works_when_it_is_connected(loop: IggyLoop, iggy_address: str) -> None:
    producing = Producing(loop, iggy_address, unborn(iggy_address))
    producing.works()


def test_what_lost_its_answer_is_sent_again_as_the_same_request(
    loop: IggyLoop, iggy_address: str
) -> None:
    topic = new_topic(iggy_address, partitions=3)
    with CuttingRelay(iggy_address) as relay:
        producing = Producing(loop, relay.address, topic)
        producing.works()
        relay.cut_next()
        producing.send("a", "b", "c", "d")
        assert isinstance(producing.reconnects().error, ConnectionLostError)
        assert producing.source.expect_next(BatchSent).sent == 4
        producing.works()
        producing.finish()
    assert payloads(topic, 0) == ["a", "b", "a", "b"]
    assert ids(topic, 0)[:2] == ids(topic, 0)[2:]
    assert payloads(topic, 1) == ["c", "d"]
    assert payloads(topic, 2) == []


@pytest.mark.broker_only
def test_after_a_restart_in_mid_batch_only_the_rest_is_sent(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    topic = new_topic(broker.address, partitions=2)
    producing = Producing(loop, broker.address, topic, linger_time="300ms")
    producing.works()
    producing.send("a", "b", "c", "d", "e")
    eventually(lambda: len(topic.messages(0)) == 2)
    broker.restart()
    producing.reconnects()
    assert producing.source.expect_next(BatchSent).sent == 5
    assert payloads(topic, 0) == ["a", "b", "e"]
    assert payloads(topic, 1) == ["c", "d"]
    assert len({*ids(topic, 0), *ids(topic, 1)}) == 5
    producing.finish()


@pytest.mark.broker_only
def test_a_batch_waits_for_a_broker_that_is_gone(loop: IggyLoop, broker: BrokerProcess) -> None:
    topic = unborn(broker.address)
    producing = Producing(loop, broker.address, topic)
    producing.works()
    broker.kill()
    producing.send("a")
    producing.parent.expect(Troubled)
    broker.restart()
    producing.timer.advance(LONGEST_PAUSE_S)
    assert producing.source.expect_next(BatchSent).sent == 1
    assert payloads(topic) == ["a"]


@pytest.mark.broker_only
def test_a_ping_that_was_due_when_the_connection_was_lost_makes_no_second_row_of_pings(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    topic = new_topic(broker.address, partitions=2)
    producing = Producing(loop, broker.address, topic, linger_time="300ms")
    producing.works()
    producing.send("a", "b", "c")
    eventually(lambda: len(topic.messages()) == 2)
    producing.timer.advance(1)
    broker.restart()
    producing.reconnects()
    assert producing.source.expect_next(BatchSent).sent == 3
    never(lambda: producing.timer.scheduled(object) > 1, within_s=0.3)
    producing.finish()


@pytest.mark.broker_only
def test_an_idle_producer_notices_the_loss_within_a_second(
    loop: IggyLoop, broker: BrokerProcess
) -> None:
    producing = Producing(loop, broker.address, unborn(broker.address))
    producing.works()
    broker.restart()
    producing.timer.wait_for_scheduled(object)
    producing.timer.advance(1)
    producing.reconnects()
    producing.works()


def test_without_a_connection_a_drain_gives_the_batch_up(loop: IggyLoop, dead_address: str) -> None:
    producing = Producing(loop, dead_address, unborn(dead_address))
    producing.send("a")
    troubled = producing.parent.expect(Troubled)
    assert dead_address in str(troubled.error)
    tell(producing.ref, Drain())
    producing.source.expect_next(BatchGivenUp)
    producing.finish()


def test_while_it_drains_a_running_send_is_finished(loop: IggyLoop, iggy_address: str) -> None:
    topic = new_topic(iggy_address)
    producing = Producing(loop, iggy_address, topic, linger_time="100ms")
    producing.works()
    producing.send("a", "b", "c")
    tell(producing.ref, Drain())
    assert producing.source.expect_next(BatchSent).sent == 3
    producing.finish()
    assert payloads(topic) == ["a", "b", "c"]


def test_a_stream_that_is_an_id_and_missing_is_named(loop: IggyLoop, iggy_address: str) -> None:
    where = new_group_topic()
    missing = type(where)(stream="4000000000", topic=where.topic, group=where.group)
    producing = Producing(loop, iggy_address, Topic(iggy_address, missing))
    troubled = producing.parent.expect(Troubled)
    assert isinstance(troubled.error, NotFoundError)
    assert "4000000000" in str(troubled.error)
