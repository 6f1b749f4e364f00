"""Every frame is answered, also those nobody should send."""

import struct
import time

import pytest
from xxhash import xxh3_64_intdigest

from tests.support.broker import StartBroker
from tests.support.iggy_commands import GET_CLIENT, GET_CLIENTS, GET_ME, sync
from tests.support.raw_iggy import (
    BY_CODE,
    CREATE_STREAM,
    PING,
    SEND,
    RawClient,
    identifier,
    messages_batch,
    name,
    request,
    send_body,
)
from tests.support.sdk import connect, run, unique_name

JOIN_GROUP, CREATE_GROUP, CREATE_TOPIC, DELETE_STREAM = 148, 139, 132, 130


@pytest.mark.broker_only
@pytest.mark.parametrize(
    ("operation", "code", "status"),
    [
        pytest.param(BY_CODE, 60000, 3, id="unknown code"),
        pytest.param(BY_CODE, 202, 3, id="code of a command with its own operation"),
        pytest.param(BY_CODE, 102, 5, id="flush"),
        pytest.param(BY_CODE, 11, 5, id="snapshot"),
        pytest.param(200, 0, 5, id="unknown operation"),
        pytest.param(0, 0, 5, id="operation 0"),
        pytest.param(CREATE_STREAM, 0, 3, id="empty body"),
    ],
)
def test_what_is_not_served_is_refused(
    iggy_address: str, operation: int, code: int, status: int
) -> None:
    with RawClient(iggy_address) as client:
        client.log_in()
        reply = client.ask(operation, code=code)
        assert (reply.command, reply.status, reply.body) == (8, status, b"")
        assert reply.header[208] == operation
        assert client.ask(BY_CODE, code=PING).status == 0


@pytest.mark.broker_only
def test_a_wrong_checksum_is_refused(iggy_address: str) -> None:
    body = name(unique_name("stream"))
    frame = bytearray(request(CREATE_STREAM, body))
    with RawClient(iggy_address) as client:
        client.log_in()
        struct.pack_into("<Q", frame, 144, xxh3_64_intdigest(body) ^ 1)
        client.send(bytes(frame))
        assert client.read().status == 4
        struct.pack_into("<Q", frame, 144, xxh3_64_intdigest(body))
        client.send(bytes(frame))
        assert client.read().status == 0
        client.ask(DELETE_STREAM, b"\2" + body)


@pytest.mark.broker_only
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_batch_that_says_something_else_than_its_request_is_refused(
    iggy_address: str, count: int
) -> None:
    stream = unique_name("stream")
    with RawClient(iggy_address) as client:
        client.log_in()
        client.ask(CREATE_STREAM, name(stream))
        client.ask(CREATE_TOPIC, identifier(stream) + struct.pack("<I", 1) + name("topic"))
        body = send_body(stream, "topic", 0, messages_batch([b"one", b"two"]), count)
        assert client.ask(SEND, body).status == 4009
        client.ask(DELETE_STREAM, identifier(stream))


@pytest.mark.broker_only
@pytest.mark.parametrize(
    ("partitioning", "partition"),
    [(b"\1\0", 0), (b"\2\4" + struct.pack("<I", 1), 1), (b"\3\5alpha", 0)],
    ids=["balanced", "by number", "by key"],
)
def test_other_clients_may_leave_the_partition_to_the_broker(
    iggy_address: str, partitioning: bytes, partition: int
) -> None:
    stream = unique_name("stream")
    batch = messages_batch([b"one"])
    metadata = identifier(stream) + identifier("topic") + partitioning + struct.pack("<I", 1)
    with RawClient(iggy_address) as client:
        client.log_in()
        client.ask(CREATE_STREAM, name(stream))
        client.ask(CREATE_TOPIC, identifier(stream) + struct.pack("<I", 3) + name("topic"))
        reply = client.ask(SEND, struct.pack("<I", len(metadata)) + metadata + batch)
        client.ask(DELETE_STREAM, identifier(stream))
    assert struct.unpack_from("<I", reply.body, 12)[0] == partition


def test_clients_and_their_groups_are_shown(iggy_address: str) -> None:
    stream = unique_name("stream")

    async def main() -> None:
        client = await connect(iggy_address)
        await client.create_stream(stream)
        await client.create_topic(stream, "topic", 1)
        await client.create_consumer_group(stream, "topic", "group")
        await client.join_consumer_group(stream, "topic", "group")
        me = await client.send_binary_request(GET_ME, b"")
        client_id, user_id, transport, length = struct.unpack_from("<IIBI", me)
        assert (user_id, transport) == (0, 1)
        address = me[13 : 13 + length].decode()
        assert address.startswith("127.0.0.1:")
        group_count, stream_id, topic_id, group_id = struct.unpack_from("<4I", me, 13 + length)
        details = await client.get_stream(stream)
        assert details is not None
        assert (group_count, stream_id, topic_id, group_id) == (1, details.id, 0, 0)
        other = await connect(iggy_address)
        seen = await other.send_binary_request(GET_CLIENT, struct.pack("<I", client_id))
        assert seen == me
        assert address.encode() in await other.send_binary_request(GET_CLIENTS, b"")
        assert await other.send_binary_request(GET_CLIENT, struct.pack("<I", 2**32 - 1)) == b""
        group = await client.get_consumer_group(stream, "topic", "group")
        assert group is not None
        assert [member.id for member in group.members] == [client_id]
        await client.delete_stream(stream)
        assert (
            struct.unpack_from("<I", await client.send_binary_request(GET_ME, b""), 13 + length)[0]
            == 0
        )

    run(main)


@pytest.mark.broker_only
def test_a_silent_member_is_put_out_and_told(start_broker: StartBroker) -> None:
    broker = start_broker(settings={"member_silence_s": 0.3})
    group = identifier("stream") + identifier("topic") + identifier("group")

    async def until_alone() -> None:
        client = await connect(broker.address, heartbeat_s=0.1)
        await client.join_consumer_group("stream", "topic", "group")
        deadline_s = time.monotonic() + 10
        while (await sync(client, "stream", "topic", "group") or (0, []))[1] != [0, 1]:
            assert time.monotonic() < deadline_s

    with RawClient(broker.address) as silent:
        silent.log_in()
        silent.ask(CREATE_STREAM, name("stream"))
        silent.ask(CREATE_TOPIC, identifier("stream") + struct.pack("<I", 2) + name("topic"))
        silent.ask(CREATE_GROUP, identifier("stream") + identifier("topic") + name("group"))
        silent.ask(JOIN_GROUP, group)
        run(until_alone)
        reply = silent.ask(BY_CODE, code=PING)
        assert (reply.command, reply.eviction_reason) == (13, 13)
        silent.log_in()
