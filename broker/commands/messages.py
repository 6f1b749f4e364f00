"""Sending messages to a partition and polling them from one."""

from xxhash import xxh32_intdigest

from broker.call import Answer, Call, Command, now_us
from broker.commands.groups import group_of
from broker.state.offsets import consumer_number
from broker.state.topic import OffsetKey, Partition, Topic
from broker.wire.batch import BadBatchError, check
from broker.wire.codes import Code
from broker.wire.reader import Reader
from broker.wire.status import RefusedError, Status
from broker.wire.writer import u32, u64

REPLY_BUDGET_BYTES = 4 * 1024 * 1024

_BALANCED, _BY_PARTITION, _BY_KEY = 1, 2, 3
_FROM_OFFSET, _FROM_TIMESTAMP, _FIRST, _LAST, _NEXT = 1, 2, 3, 4, 5

# In place of a partition: "this is not yours (any more), look at your assignment again".
_ASSIGNMENT_CHANGED = u32(0xFFFF_FFFF) + u64(0) + u32(0)


def _send(call: Call) -> bytes:
    metadata = Reader(call.body.take(call.body.u32()))
    stream, topic_identifier = metadata.identifier(), metadata.identifier()
    partitioning, value = metadata.u8(), bytes(metadata.take(metadata.u8()))
    announced = metadata.u32()
    metadata.end()
    try:
        topic = call.world.catalog.topic(stream, topic_identifier)
    except RefusedError:
        raise RefusedError(Status.RESOURCE_NOT_FOUND) from None
    batch = call.body.rest()
    try:
        count = check(batch)
    except BadBatchError:
        raise RefusedError(Status.INVALID_COMMAND) from None
    if count != announced:
        raise RefusedError(Status.INVALID_MESSAGES_COUNT)
    partition = _target(topic, partitioning, value)
    base_offset = partition.log.append(batch, count, now_us())
    topic.wake()
    return u32(1) + u32(topic.stream.id) + u32(topic.id) + u32(partition.id) + u64(base_offset)


def _target(topic: Topic, partitioning: int, value: bytes) -> Partition:
    if not topic.partitions:
        raise RefusedError(Status.RESOURCE_NOT_FOUND)
    if partitioning == _BALANCED and not value:
        partition_id = topic.next_partition % len(topic.partitions)
        topic.next_partition += 1
    elif partitioning == _BY_PARTITION and len(value) == 4:
        partition_id = int.from_bytes(value, "little")
    elif partitioning == _BY_KEY and value:
        partition_id = xxh32_intdigest(value) % len(topic.partitions)
    else:
        raise RefusedError(Status.INVALID_COMMAND)
    partition = topic.partition(partition_id)
    if partition is None:
        raise RefusedError(Status.RESOURCE_NOT_FOUND)
    return partition


def _poll(call: Call) -> bytes | Answer:
    body = call.body
    consumer = body.consumer()
    topic = call.topic()
    partition_id = body.optional_partition()
    strategy, value = body.u8(), body.u64()
    count, auto_commit = body.u32(), body.flag()
    body.end()
    if count == 0:
        raise RefusedError(Status.INVALID_MESSAGES_COUNT)
    if consumer.is_group and partition_id is None:
        raise RefusedError(Status.INVALID_COMMAND)
    partition = topic.partition(partition_id or 0)
    if partition is None:
        raise RefusedError(Status.PARTITION_NOT_FOUND)
    group = None
    if consumer.is_group:
        group = group_of(topic, consumer.identifier)
        member = group.members.get(call.session.client)
        if (
            member is None
            or member.told != group.generation
            or not group.may_poll(call.session.client, partition.id)
        ):
            if member is not None:
                member.told = group.generation
            return _ASSIGNMENT_CHANGED
    key = (consumer.is_group, group.id if group else consumer_number(consumer.identifier))
    start = _start(partition, key, strategy, value, count)
    found = partition.log.read(start, count, REPLY_BUDGET_BYTES)
    head = u32(partition.id) + u64(partition.log.current_offset) + u32(found.message_count)
    if not found.message_count:
        return Answer((head,), waits_for=topic)
    if group:
        group.note_served(partition.id, found.last_offset)
    if auto_commit and partition.offsets.get(key, -1) < found.last_offset:
        call.world.offsets.store(partition, key, found.last_offset)
    return Answer((head, *found.parts))


def _start(partition: Partition, key: OffsetKey, strategy: int, value: int, count: int) -> int:
    """Return the offset a poll begins at."""
    log = partition.log
    if strategy == _FROM_OFFSET:
        return value
    if strategy == _FROM_TIMESTAMP:
        return log.offset_at(value)
    if strategy == _FIRST:
        return log.first_offset
    if strategy == _LAST:
        return max(log.end_offset - count, log.first_offset)
    if strategy == _NEXT:
        stored = partition.offsets.get(key)
        return log.first_offset if stored is None else stored + 1
    raise RefusedError(Status.INVALID_COMMAND)


COMMANDS: dict[int, Command] = {Code.SEND_MESSAGES: _send, Code.POLL_MESSAGES: _poll}
