"""Where a source may repeat or lose a batch (the rows of the reference's table): what happens here.

The source counts: its state is the next number, as `NumberedSource` keeps it.
"""

from dataclasses import replace
from typing import Protocol

import pytest

from actors.core import ChildDied, tell
from actors.data_path import BatchGivenUp, BatchSent, SendBatch
from actors.iggy.iggy_producer import IggyProducer
from actors.lifecycle import Drain
from actors.reports import Troubled
from actors.services import Services
from actors.state_directory import StateError
from actors.state_store import LoadState, SaveState, StateLoaded
from connectors.outgoing import Outgoing
from tests.actors.configurations import source_config
from tests.actors.iggy.connecting import iggy_config, new_group_topic
from tests.actors.iggy.cutting_relay import CuttingRelay
from tests.actors.iggy.topic import Topic
from tests.actors.staged_plugins import Stage
from tests.actors.staged_source import StagedSourceConnector, configured
from tests.support.eventually import eventually
from tests.support.killable_server import KillableServer
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

FIRST, SECOND = ["0", "1", "2"], ["3", "4", "5"]
LONGEST_PAUSE_S = 2.0


class StartCounting(Protocol):
    def __call__(self, state: bytes | None = None) -> StagedSourceConnector: ...


@pytest.fixture
def start(services: Services, timer: ManualTimer, stage: Stage) -> StartCounting:
    """Start a source that counts by threes, as a process does that finds `state`."""
    config = replace(
        configured(stage.key),
        path="tests.support.plugins.numbered_source:NumberedSource",
        plugin_config={"batch": 3, "end": 1000},
    )

    def start_it(state: bytes | None = None) -> StagedSourceConnector:
        source = StagedSourceConnector(services, timer, stage, config)
        load = source.store.expect(LoadState)
        tell(load.reply_to, StateLoaded(number=load.number, state=state))
        return source

    return start_it


def crash(source: StagedSourceConnector) -> None:
    """End it as the process would: whatever it waits for never comes."""
    source.ref.stop(block=False)
    source.supervisor.expect(ChildDied)
    source.store.ref.tell("it has crashed")
    source.store.expect_none(SaveState, before=str)


def polls(source: StagedSourceConnector, timer: ManualTimer) -> list[str | bytes]:
    """Let it poll, and return what it sends."""
    source.settle()
    timer.advance(1)
    ((payloads),) = source.sends()
    return payloads


def test_a_crash_before_the_send_completes_yields_the_same_again(start: StartCounting) -> None:
    source = start()
    assert source.sends() == [FIRST]
    crash(source)
    assert start().sends() == [FIRST]


def test_a_crash_between_send_and_state_repeats_that_batch_and_nothing_else(
    start: StartCounting,
) -> None:
    source = start()
    source.sends()
    source.sent(3)
    source.saved(source.saves())
    assert source.sends() == [SECOND]
    source.sent(3)
    save = source.saves()
    assert save.state == b"6"
    crash(source)
    assert start(b"3").sends() == [SECOND]


def test_a_state_that_cannot_be_saved_repeats_nothing(
    start: StartCounting, timer: ManualTimer
) -> None:
    source = start()
    source.sends()
    source.sent(3)
    for _ in range(6):
        source.saved(source.saves(), StateError("disk full"))
        source.retry()
    source.saved(source.saves())
    assert polls(source, timer) == SECOND


def test_a_batch_of_which_the_rest_failed_is_not_sent_from_its_beginning(
    services: Services, timer: ManualTimer, iggy_address: str
) -> None:
    where = new_group_topic()
    stream = replace(
        source_config("any").streams[0],
        stream=where.stream,
        topic=where.topic,
        batch_length=1,
        linger_time="300ms",
    )
    parent, source = Probe(), Probe()
    with CuttingRelay(iggy_address) as relay:
        producer = IggyProducer.start(
            parent.lineage(),
            services=services,
            iggy=iggy_config(relay.address),
            streams=(stream,),
        )
        topic = Topic(iggy_address, where)
        tell(producer, SendBatch(source=source.ref, parts=((stream, outgoing("a", "b", "c")),)))
        assert eventually(lambda: _sent(topic)) == ["a"]
        relay.cut_next()
        parent.expect(Troubled)
        producer.ask("it is to connect again", timeout=5)
        timer.advance(LONGEST_PAUSE_S)
        assert source.expect(BatchSent).sent == 3
        ids = [message.id() for message in topic.messages()]
    assert _sent(topic) == ["a", "b", "b", "c"]
    assert ids[1] == ids[2]
    assert len(set(ids)) == 3


def outgoing(*payloads: str | bytes) -> Outgoing:
    none = [None] * len(payloads)
    return Outgoing(
        payloads=list(payloads),
        ids=list(none),
        headers=list(none),
        keys=list(none),
        partitions=list(none),
        rejections=(),
        filtered=0,
    )


def _sent(topic: Topic) -> list[str]:
    try:
        return [message.payload().decode() for message in topic.messages()]
    except RuntimeError:  # the topic is not there yet
        return []


def test_a_send_that_takes_long_is_waited_for(start: StartCounting, timer: ManualTimer) -> None:
    source = start()
    source.sends()
    for _ in range(10):
        source.settle()
        timer.advance(60)
    source.settle()
    source.producer.ref.tell("ten minutes later")
    source.producer.expect_none(SendBatch, before=str)
    source.sent(3)
    source.saved(source.saves())
    assert polls(source, timer) == SECOND


def test_a_crash_after_the_state_was_saved_repeats_nothing(start: StartCounting) -> None:
    source = start()
    source.sends()
    source.sent(3)
    assert source.saves().state == b"3"
    crash(source)
    assert start(b"3").sends() == [SECOND]


def test_a_crash_of_iggy_keeps_what_was_acknowledged_since_topics_are_made_to_persist(
    services: Services, killable_server: KillableServer, probe: Probe
) -> None:
    where = new_group_topic()
    stream = replace(source_config("any").streams[0], stream=where.stream, topic=where.topic)
    producer = IggyProducer.start(
        probe.lineage(),
        services=services,
        iggy=iggy_config(killable_server.address),
        streams=(stream,),
    )
    tell(producer, SendBatch(source=probe.ref, parts=((stream, outgoing(b"kept")),)))
    probe.expect(BatchSent)
    killable_server.restart()
    assert _sent(Topic(killable_server.address, where)) == ["kept"]


def test_a_batch_that_was_given_up_is_yielded_again_by_a_source_that_keeps_the_contract(
    start: StartCounting, timer: ManualTimer
) -> None:
    """One that moves on in `poll` loses it: `on_batch_result` is the place for that."""
    source = start()
    source.sends()
    tell(source.ref, BatchGivenUp())
    assert polls(source, timer) == FIRST


def test_a_stop_finishes_the_batch_under_way_and_tells_the_plugin_the_truth(
    start: StartCounting,
) -> None:
    source = start()
    source.sends()
    tell(source.ref, Drain())
    source.sent(3)
    save = source.saves()
    source.saved(save)
    assert source.supervisor.expect(ChildDied).error is None
    assert start(save.state).sends() == [SECOND]
