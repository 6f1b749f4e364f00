"""Whole connectors and a real broker: what is seen of them while they run and when they end."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from actors.connector_supervisor import ConnectorSupervisor
from actors.core import Ref, tell
from actors.lifecycle import ConnectorStopped, StopConnector
from actors.queries import ConnectorStatus, ConnectorView
from actors.services import Services
from actors.state_store import STATE_STORE, LoadState, StateLoaded
from actors.status_board import STATUS_BOARD, ConnectorChanged
from config.model import SinkConfig, SourceConfig
from connectors import Produced, ProducedRecord
from tests.actors.configurations import sink_config, source_config
from tests.actors.iggy.connecting import iggy_config
from tests.actors.iggy.topic import new_topic
from tests.actors.staged_plugins import Stage
from tests.support.broker import BrokerProcess
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

MESSAGES = 7


class Running:
    """A connector, and what the StatusBoard and the Supervisor are told of it."""

    def __init__(self, services: Services, address: str, config: SinkConfig | SourceConfig) -> None:
        self._parent, self._board = Probe(), Probe()
        services.directory.register(STATUS_BOARD, self._board.ref)
        self._ref: Ref = ConnectorSupervisor.start(
            self._parent.lineage(), services=services, iggy=iggy_config(address), config=config
        )

    def view(self, fits: Callable[[ConnectorView], bool]) -> ConnectorView:
        """Wait until the StatusBoard is told a view that fits."""
        return self._board.expect(ConnectorChanged, where=lambda told: fits(told.view)).view

    def status(self, status: ConnectorStatus) -> ConnectorView:
        """Wait for a status."""
        return self.view(lambda view: view.status is status)

    def begins_to_stop(self) -> None:
        """Have it stop."""
        tell(self._ref, StopConnector())
        self.status(ConnectorStatus.STOPPING)

    def stopped(self) -> ConnectorView:
        """Wait until it has stopped."""
        self._parent.expect(ConnectorStopped)
        return self.status(ConnectorStatus.STOPPED)


def test_a_sink_that_is_stopped_finishes_its_batch_and_counts_and_stores_it(
    services: Services, iggy_address: str, stage: Stage
) -> None:
    topic = new_topic(iggy_address, messages=MESSAGES)
    stage.may_consume.clear()
    sink = Running(services, iggy_address, sink_config(stage.key, where=topic.where))
    assert len(stage.expect("consume").payloads) == MESSAGES
    sink.begins_to_stop()
    assert topic.stored() is None
    stage.release()
    view = sink.stopped()
    assert (view.received, view.delivered, view.errors) == (MESSAGES, MESSAGES, 0)
    assert topic.stored() == MESSAGES - 1


def test_a_source_that_is_stopped_counts_what_it_sent(
    services: Services, iggy_address: str, stage: Stage
) -> None:
    records = [ProducedRecord(b"payload")] * MESSAGES
    stage.produced.append(Produced(records, schema="raw"))
    store = Probe()
    services.directory.register(STATE_STORE, store.ref)
    config = source_config(stage.key)
    source = Running(services, iggy_address, config)
    answer_load(store)
    stage.expect("accepted")
    source.begins_to_stop()
    view = source.stopped()
    assert (view.received, view.delivered) == (MESSAGES, MESSAGES)


@pytest.mark.broker_only
def test_a_lost_broker_is_seen_and_the_sink_goes_on_from_what_is_stored(
    services: Services, timer: ManualTimer, broker: BrokerProcess, stage: Stage
) -> None:
    topic = new_topic(broker.address, messages=MESSAGES)
    config = sink_config(stage.key, where=topic.where)
    config = replace(config, streams=(replace(config.streams[0], batch_length=3),))
    stage.may_consume.clear()
    sink = Running(services, broker.address, config)
    sink.status(ConnectorStatus.RUNNING)
    first = stage.expect("consume").payloads
    broker.kill()
    timer.advance(1)
    view = sink.status(ConnectorStatus.ERROR)
    assert view.last_error is not None
    assert view.next_retry_at_us is not None
    broker.restart()
    timer.advance(2)
    assert sink.status(ConnectorStatus.RUNNING).restarts == 0
    stage.release()
    assert stage.expect("consume").payloads == first


def answer_load(store: Probe) -> None:
    load = store.expect(LoadState)
    tell(load.reply_to, StateLoaded(number=load.number))
