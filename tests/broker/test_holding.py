"""Empty polls are held back for a moment, and let go when there is something."""

import struct
import time

import pytest

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.raw_iggy import (
    BY_CODE,
    CREATE_STREAM,
    PING,
    POLL,
    SEND,
    RawClient,
    identifier,
    messages_batch,
    name,
    request,
    send_body,
)

pytestmark = pytest.mark.broker_only

CREATE_TOPIC, CREATE_GROUP, JOIN_GROUP, LEAVE_GROUP, DELETE_TOPIC = 132, 139, 148, 149, 134
GET_CLIENTS, GET_OFFSET = 22, 120
ASSIGNMENT_CHANGED = 0xFFFF_FFFF
ONE_CLIENT_BYTES = 40
OFFSET_OF_READER = (
    b"\1" + identifier("reader") + identifier("stream") + identifier("topic") + b"\1" + bytes(4)
)


def poll_body(
    *,
    consumer: bytes = b"\1" + identifier("reader"),
    partition: int = 0,
    offset: int = 0,
    auto_commit: bool = False,
) -> bytes:
    return (
        consumer
        + identifier("stream")
        + identifier("topic")
        + b"\1"
        + struct.pack("<IBQIB", partition, 1, offset, 10, auto_commit)
    )


def with_topic(broker: BrokerProcess, partitions: int = 1) -> RawClient:
    client = RawClient(broker.address)
    client.log_in()
    client.ask(CREATE_STREAM, name("stream"))
    client.ask(CREATE_TOPIC, identifier("stream") + struct.pack("<I", partitions) + name("topic"))
    return client


def another(broker: BrokerProcess) -> RawClient:
    client = RawClient(broker.address)
    client.log_in()
    return client


def test_an_empty_poll_takes_as_long_as_is_set(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="200")
    with with_topic(broker) as client:
        asked_s = time.monotonic()
        reply = client.ask(BY_CODE, poll_body(), code=POLL)
        assert time.monotonic() - asked_s >= 0.2
        assert struct.unpack("<IQI", reply.body) == (0, 0, 0)


def test_without_holding_an_empty_poll_is_answered_at_once(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="0")
    with with_topic(broker) as client:
        asked_s = time.monotonic()
        for _ in range(50):
            client.ask(BY_CODE, poll_body(), code=POLL)
        # A thousandth of what holding by default would take.
        assert time.monotonic() - asked_s < 50 * 0.02


def test_a_held_poll_gets_what_arrives_meanwhile(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="500")
    with with_topic(broker) as reader, another(broker) as writer:
        for number in range(5):
            reader.send(request(BY_CODE, poll_body(offset=number), code=POLL))
            asked_s = time.monotonic()
            batch = messages_batch([b"news"])
            writer.ask(SEND, send_body("stream", "topic", 0, batch, 1))
            reply = reader.read()
            assert time.monotonic() - asked_s < 0.4
            assert struct.unpack_from("<IQI", reply.body) == (0, number, 1)


def test_a_held_poll_is_let_go_when_its_group_changes(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="500")
    group = identifier("stream") + identifier("topic") + identifier("group")
    with with_topic(broker, partitions=2) as first, another(broker) as second:
        first.ask(CREATE_GROUP, group[: -len(identifier("group"))] + name("group"))
        first.ask(JOIN_GROUP, group)
        body = poll_body(consumer=b"\2" + identifier("group"), partition=1)
        while struct.unpack_from("<I", first.ask(BY_CODE, body, code=POLL).body)[0] != 1:
            pass
        first.send(request(BY_CODE, body, code=POLL))
        asked_s = time.monotonic()
        second.ask(JOIN_GROUP, group)
        assert struct.unpack_from("<I", first.read().body)[0] == ASSIGNMENT_CHANGED
        assert time.monotonic() - asked_s < 0.4


def test_a_held_poll_is_let_go_when_its_topic_is_deleted(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="500")
    with with_topic(broker) as reader, another(broker) as admin:
        reader.send(request(BY_CODE, poll_body(), code=POLL))
        admin.ask(BY_CODE, code=PING)
        asked_s = time.monotonic()
        admin.ask(DELETE_TOPIC, identifier("stream") + identifier("topic"))
        assert reader.read().status == 2010
        assert time.monotonic() - asked_s < 0.4


def test_what_is_sent_behind_a_held_poll_is_answered_behind_it(start_broker: StartBroker) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="100")
    with with_topic(broker) as client:
        ping, poll = request(BY_CODE, code=PING), request(BY_CODE, poll_body(), code=POLL)
        client.send(poll + ping + poll)
        client.send(ping)
        assert [len(client.read().body) for _ in range(4)] == [16, 0, 16, 0]


def test_who_leaves_during_a_held_poll_is_given_nothing_any_more(
    start_broker: StartBroker,
) -> None:
    broker = start_broker(IGGY_BROKER_HOLD_MS="500")
    with with_topic(broker) as admin:
        with another(broker) as reader:
            reader.send(request(BY_CODE, poll_body(auto_commit=True), code=POLL))
            # A second connection's answer: the broker has seen the poll before it.
            with another(broker):
                pass
        deadline_s = time.monotonic() + 5
        while len(admin.ask(BY_CODE, code=GET_CLIENTS).body) > ONE_CLIENT_BYTES:
            assert time.monotonic() < deadline_s
        admin.ask(SEND, send_body("stream", "topic", 0, messages_batch([b"news"]), 1))
        stored = admin.ask(BY_CODE, OFFSET_OF_READER, code=GET_OFFSET)
        assert (stored.status, stored.body) == (0, b"")
