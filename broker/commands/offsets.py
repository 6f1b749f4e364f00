"""Consumer offsets: get, store, delete."""

from broker.call import Call, Command
from broker.commands.groups import group_of
from broker.state.offsets import consumer_number
from broker.state.topic import OffsetKey, Partition, Topic
from broker.wire.codes import Code
from broker.wire.reader import Consumer
from broker.wire.status import RefusedError, Status
from broker.wire.writer import u32, u64


def _get(call: Call) -> bytes:
    consumer = call.body.consumer()
    topic = call.topic()
    partition = topic.partition(call.body.optional_partition() or 0)
    if partition is None:
        raise RefusedError(Status.PARTITION_NOT_FOUND)
    stored = partition.offsets.get(_key(topic, consumer))
    if stored is None:
        return b""
    return u32(partition.id) + u64(partition.log.current_offset) + u64(stored)


def _store(call: Call) -> bytes:
    topic, partition, consumer = _writable(call)
    offset = call.body.u64()
    call.world.offsets.store(partition, _key(topic, consumer), offset)
    if consumer.is_group:
        group_of(topic, consumer.identifier).note_stored(partition.id)
    return b""


def _delete(call: Call) -> bytes:
    topic, partition, consumer = _writable(call)
    call.world.offsets.delete(partition, _key(topic, consumer))
    return b""


def _writable(call: Call) -> tuple[Topic, Partition, Consumer]:
    """Read what a change is about; a group's offset is changed only by the partition's owner.

    Whatever is not there, or not the caller's, has one and the same code here.
    """
    consumer = call.body.consumer()
    try:
        topic = call.topic()
        partition = topic.partition(call.body.optional_partition() or 0)
        owned = not consumer.is_group or (
            partition is not None
            and group_of(topic, consumer.identifier).may_store(call.session.client, partition.id)
        )
    except RefusedError as refusal:
        if refusal.status is Status.INVALID_COMMAND:
            raise
        raise RefusedError(Status.RESOURCE_NOT_FOUND) from None
    if partition is None or not owned:
        raise RefusedError(Status.RESOURCE_NOT_FOUND)
    return topic, partition, consumer


def _key(topic: Topic, consumer: Consumer) -> OffsetKey:
    if consumer.is_group:
        return True, group_of(topic, consumer.identifier).id
    return False, consumer_number(consumer.identifier)


COMMANDS: dict[int, Command] = {
    Code.GET_OFFSET: _get,
    Code.STORE_OFFSET: _store,
    Code.DELETE_OFFSET: _delete,
}
