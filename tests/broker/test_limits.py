"""What the broker takes from a connection, and from all of them together."""

import asyncio
import resource
import struct
import time
from pathlib import Path

import pytest
from apache_iggy import SendMessage

from tests.support.broker import BrokerProcess, StartBroker
from tests.support.raw_iggy import (
    BY_CODE,
    CREATE_STREAM,
    HEADER_BYTES,
    LOGIN,
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
from tests.support.sdk import connect, run

pytestmark = pytest.mark.broker_only

CREATE_TOPIC = 132
MIB = 1024 * 1024


def resident_bytes(broker: BrokerProcess) -> int:
    pages = int(Path(f"/proc/{broker.pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def with_topic(broker: BrokerProcess) -> RawClient:
    client = RawClient(broker.address)
    client.log_in()
    client.ask(CREATE_STREAM, name("stream"))
    client.ask(CREATE_TOPIC, identifier("stream") + struct.pack("<I", 1) + name("topic"))
    return client


def poll_body(count: int) -> bytes:
    return (
        b"\1"
        + identifier("reader")
        + identifier("stream")
        + identifier("topic")
        + b"\1"
        + struct.pack("<IBQIB", 0, 1, 0, count, 0)
    )


def test_who_is_not_logged_in_may_send_64_kib(broker: BrokerProcess) -> None:
    with RawClient(broker.address) as client:
        client.send(request(BY_CODE, bytes(65536 - HEADER_BYTES), code=PING))
        assert client.read().status == 0
        client.send(request(BY_CODE, bytes(65537 - HEADER_BYTES), code=PING)[:HEADER_BYTES])
        assert client.is_closed_by_peer()


def test_who_is_logged_in_may_send_64_mib(broker: BrokerProcess) -> None:
    with RawClient(broker.address) as client:
        client.log_in()
        client.send(request(BY_CODE, bytes(64 * MIB - HEADER_BYTES), code=PING))
        assert client.read().status == 0
        too_large = bytearray(request(BY_CODE, code=PING))
        too_large[48:52] = struct.pack("<I", 64 * MIB + 1)
        client.send(bytes(too_large))
        assert client.is_closed_by_peer()


@pytest.mark.parametrize(
    "start",
    [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", bytes.fromhex("16030102000100"), bytes(256)],
    ids=["http", "tls", "zeros"],
)
def test_other_protocols_are_closed_and_named(broker: BrokerProcess, start: bytes) -> None:
    with RawClient(broker.address) as client:
        client.send(start)
        assert client.is_closed_by_peer()
    assert "not an Iggy client" in broker.output()


def test_what_all_connections_keep_is_bounded_and_the_rest_is_told_to_try_again(
    start_broker: StartBroker,
) -> None:
    broker = start_broker(settings={"memory_bytes": 8 * MIB})
    with with_topic(broker) as sender:
        before_bytes = resident_bytes(broker)
        unfinished = [RawClient(broker.address) for _ in range(20)]
        for client in unfinished:
            client.log_in()
            client.send(request(BY_CODE, bytes(2 * MIB), code=PING)[:-1])
        assert resident_bytes(broker) - before_bytes < 16 * MIB
        batch = messages_batch([b"x" * MIB] * 2)
        refused = sender.ask(SEND, send_body("stream", "topic", 0, batch, 2))
        assert (refused.status, refused.body) == (58, b"")
        for client in unfinished:
            client.send(b"\0")
        assert {client.read().status for client in unfinished} == {0, 58}
        assert sender.ask(SEND, send_body("stream", "topic", 0, batch, 2)).status == 0
        for client in unfinished:
            client.socket.close()


def test_the_sdk_tries_again_by_itself(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"memory_bytes": 2 * MIB})

    async def main() -> None:
        client = await connect(broker.address)
        await client.create_stream("stream")
        await client.create_topic("stream", "topic", 1)
        blocker = RawClient(broker.address)
        blocker.log_in()
        blocker.send(request(BY_CODE, bytes(MIB), code=PING)[:-1])
        await client.ping()
        messages = [SendMessage("x" * MIB) for _ in range(1)]
        sending = asyncio.ensure_future(client.send_messages("stream", "topic", 0, messages))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.shield(sending), 0.2)
        blocker.socket.close()
        sent = await sending
        assert sent.confirmations[0].base_offset == 0

    run(main)


def test_who_does_not_read_is_closed_when_memory_is_used_up(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"memory_bytes": 32 * MIB})
    with with_topic(broker) as sender:
        batch = messages_batch([b"x" * MIB] * 3)
        for _ in range(4):
            assert sender.ask(SEND, send_body("stream", "topic", 0, batch, 3)).status == 0
        lazy = [RawClient(broker.address) for _ in range(20)]
        for client in lazy:
            client.log_in()
            client.send(request(BY_CODE, poll_body(12), code=POLL) * 4)
        deadline_s = time.monotonic() + 10
        while "left its reply unread" not in broker.output():
            assert time.monotonic() < deadline_s
            time.sleep(0.01)
        assert resident_bytes(broker) < 150 * MIB
        assert sender.ask(BY_CODE, code=PING).status == 0
        for client in lazy:
            client.socket.close()


def test_an_unfinished_frame_is_given_up_on(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"unfinished_frame_s": 0.2})
    with RawClient(broker.address) as idle, RawClient(broker.address) as stuck:
        idle.log_in()
        stuck.send(request(LOGIN)[:100])
        assert stuck.is_closed_by_peer()
        assert idle.ask(BY_CODE, code=PING).status == 0


def test_who_neither_logs_in_nor_speaks_is_closed(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"unfinished_frame_s": 0.2})
    with RawClient(broker.address) as known, RawClient(broker.address) as unknown:
        known.log_in()
        assert unknown.is_closed_by_peer()
        assert known.ask(BY_CODE, code=PING).status == 0


def test_a_reply_nobody_reads_is_given_up_on(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"unfinished_frame_s": 0.2})
    with with_topic(broker) as client:
        batch = messages_batch([b"x" * MIB] * 3)
        for _ in range(4):
            client.ask(SEND, send_body("stream", "topic", 0, batch, 3))
        client.send(request(BY_CODE, poll_body(12), code=POLL) * 4)
        deadline_s = time.monotonic() + 10
        while "left unfinished" not in broker.output():
            assert time.monotonic() < deadline_s
            time.sleep(0.01)


def test_many_connections_can_be_open(broker: BrokerProcess) -> None:
    clients = [RawClient(broker.address) for _ in range(300)]
    for client in clients:
        client.log_in()
    before_bytes = resident_bytes(broker)
    assert all(client.ask(BY_CODE, code=PING).status == 0 for client in clients)
    assert resident_bytes(broker) - before_bytes < 10 * MIB
    for client in clients:
        client.socket.close()
