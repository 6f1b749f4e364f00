"""Topics and their partitions: create, change, delete, purge, look at."""

from broker.call import Call, Command, now_us
from broker.state.topic import Partition, Topic
from broker.state.topic_options import (
    check_change,
    check_new,
    compression_code,
    expiry_us,
    max_size_bytes,
)
from broker.wire.codes import Code
from broker.wire.status import RefusedError, Status
from broker.wire.tlv import read_options, write_options
from broker.wire.writer import bytes32, name, u32, u64


def topic_header(topic: Topic) -> bytes:
    """Write what lists of topics show of one."""
    return (
        u32(topic.id)
        + u64(topic.created_at)
        + u32(len(topic.partitions))
        + u64(expiry_us(topic.options))
        + bytes((compression_code(topic.options),))
        + u64(max_size_bytes(topic.options))
        + u64(topic.size_bytes)
        + u64(topic.message_count)
        + name(topic.name)
        + bytes32(write_options(topic.options))
        + bytes32(b"")
    )


def _details(topic: Topic) -> bytes:
    return topic_header(topic) + b"".join(map(_partition, topic.partitions))


def _partition(partition: Partition) -> bytes:
    log = partition.log
    return (
        u32(partition.id)
        + u64(partition.created_at)
        + u32(log.segment_count)
        + u64(log.current_offset)
        + u64(log.size_bytes)
        + u64(log.message_count)
    )


def _create(call: Call) -> bytes:
    stream = call.world.catalog.stream(call.body.identifier())
    partitions, topic_name = call.body.u32(), call.body.name()
    options = check_new(read_options(call.body.rest()))
    topic = call.world.catalog.create_topic(stream, topic_name, partitions, options, now_us())
    return _details(topic)


def _update(call: Call) -> bytes:
    topic = call.topic()
    topic_name = call.body.name()
    options = check_change(topic.options, read_options(call.body.rest()))
    call.world.catalog.update_topic(topic, topic_name, options)
    return b""


def _delete(call: Call) -> bytes:
    call.world.catalog.delete_topic(call.topic())
    return b""


def _purge(call: Call) -> bytes:
    call.world.catalog.purge_topic(call.topic())
    return b""


def _get(call: Call) -> bytes:
    stream, topic = call.body.identifier(), call.body.identifier()
    try:
        return _details(call.world.catalog.topic(stream, topic))
    except RefusedError:
        return b""


def _get_all(call: Call) -> bytes:
    stream = call.world.catalog.streams.find(call.body.identifier())
    topics = list(stream.topics) if stream else []
    return u32(len(topics)) + b"".join(map(topic_header, topics))


def _create_partitions(call: Call) -> bytes:
    topic = call.topic()
    call.world.catalog.add_partitions(topic, call.body.u32(), now_us())
    return b""


def _delete_partitions(call: Call) -> bytes:
    topic = call.topic()
    call.world.catalog.remove_partitions(topic, call.body.u32())
    return b""


def _delete_segments(call: Call) -> bytes:
    partition = call.topic().partition(call.body.u32())
    if partition is None:
        raise RefusedError(Status.PARTITION_NOT_FOUND)
    partition.log.drop_oldest(call.body.u32())
    return b""


COMMANDS: dict[int, Command] = {
    Code.CREATE_TOPIC: _create,
    Code.UPDATE_TOPIC: _update,
    Code.DELETE_TOPIC: _delete,
    Code.PURGE_TOPIC: _purge,
    Code.GET_TOPIC: _get,
    Code.GET_TOPICS: _get_all,
    Code.CREATE_PARTITIONS: _create_partitions,
    Code.DELETE_PARTITIONS: _delete_partitions,
    Code.DELETE_SEGMENTS: _delete_segments,
}
