"""Iggy that is not there yet, or not any more: visible, and made good when it comes."""

import time

import pytest

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.connector_folder import NUMBERED_SOURCE, RECORDING_SINK
from tests.support.free_port import free_port
from tests.support.iggy_commands import Whose, store_offset
from tests.support.numbers import TOPIC, create_numbers, read_numbers, recorded_values
from tests.support.runtime import NewRuntime
from tests.support.sdk import connect, run

GROUP = "iggy-connect-sink-reader"

pytestmark = pytest.mark.broker_only


def test_connectors_wait_for_iggy_and_then_for_their_topic(
    new_runtime: NewRuntime, start_broker: StartBroker
) -> None:
    address = f"127.0.0.1:{free_port()}"
    runtime = new_runtime(address)
    record = runtime.file("record")
    runtime.connectors.sink("reader", RECORDING_SINK, "later", record=record)
    runtime.connectors.source("writer", NUMBERED_SOURCE, "other", batch=10, end=10)
    began_s = time.monotonic()
    runtime.start()
    assert runtime.api("health") == {"status": "healthy", "iggy": "connecting"}
    assert time.monotonic() - began_s < 6
    for connector in (runtime.api("sinks/reader"), runtime.api("sources/writer")):
        assert connector["status"] == "starting"
        assert address in connector["last_error"]["message"]

    start_broker(IGGY_TCP_ADDRESS=address)
    runtime.wait_for("health", lambda health: health["iggy"] == "connected")
    runtime.wait_for_status("sources/writer", "running")
    runtime.eventually(lambda: read_numbers(address, "other") == list(range(10)))
    missing = runtime.wait_for(
        "sinks/reader", lambda sink: "stream 'later' was not found" in str(sink)
    )
    assert missing["status"] == "starting"

    create_numbers(address, "later", range(10))
    assert "last_error" not in runtime.wait_for_status("sinks/reader", "running")
    runtime.eventually(lambda: recorded_values(record) == list(range(10)))


def test_a_broker_bounced_under_load_loses_nothing(
    new_runtime: NewRuntime, broker: BrokerProcess
) -> None:
    runtime = new_runtime(broker.address)
    record, state = runtime.file("record"), runtime.file("state/source_writer.state")
    create_numbers(broker.address, "load")
    runtime.connectors.sink("reader", RECORDING_SINK, "load", record=record)
    runtime.connectors.source("writer", NUMBERED_SOURCE, "load", batch=10, end=1000)
    runtime.start()
    runtime.eventually(lambda: len(recorded_values(record)) >= 100)
    broker.kill()
    for path in ("sinks/reader", "sources/writer"):
        runtime.wait_for_status(path, "error")
        runtime.wait_for(path, lambda lost: broker.address in lost["last_error"]["message"])
    runtime.wait_for("health", lambda health: health["iggy"] == "connecting")
    broker.start()
    for path in ("sinks/reader", "sources/writer"):
        assert "last_error" not in runtime.wait_for_status(path, "running")
    runtime.eventually(lambda: state.read_bytes() == b"1000")
    runtime.eventually(lambda: 999 in recorded_values(record))
    assert sorted(set(recorded_values(record))) == list(range(1000))


def test_after_a_loss_a_sink_goes_on_from_what_the_server_has_stored(
    new_runtime: NewRuntime, broker: BrokerProcess, start_broker: StartBroker
) -> None:
    runtime = new_runtime(broker.address)
    record = runtime.file("record")
    create_numbers(broker.address, "moved", range(100))
    runtime.connectors.sink("reader", RECORDING_SINK, "moved", record=record)
    runtime.start()
    runtime.eventually(lambda: recorded_values(record) == list(range(100)))
    broker.kill()
    meanwhile = start_broker(data_directory=broker.data_directory)

    async def move_back() -> None:
        client = await connect(meanwhile.address)
        await client.join_consumer_group("moved", TOPIC, GROUP)
        await store_offset(client, Whose("moved", TOPIC, 0, GROUP, is_group=True), 49)

    run(move_back)
    assert meanwhile.terminate() == 0
    broker.start()
    runtime.eventually(lambda: recorded_values(record) == [*range(100), *range(50, 100)])
