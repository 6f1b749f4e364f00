"""Consumer groups: create, delete, join, leave, sync, look at."""

import time

from broker.call import Call, Command
from broker.state.group import Group
from broker.state.topic import Topic
from broker.wire.codes import Code
from broker.wire.status import RefusedError, Status
from broker.wire.writer import name, u32, u64


def group_of(topic: Topic, identifier: int | str) -> Group:
    """Return a group as it stands now; refuses one that is not there."""
    group = topic.groups.find(identifier)
    if group is None:
        raise RefusedError(Status.GROUP_NOT_FOUND)
    group.expire(time.monotonic())
    return group


def _group(call: Call) -> tuple[Topic, Group]:
    topic = call.topic()
    return topic, group_of(topic, call.body.identifier())


def _create(call: Call) -> bytes:
    topic = call.topic()
    return _details(topic, call.world.catalog.create_group(topic, call.body.name()))


def _delete(call: Call) -> bytes:
    call.world.catalog.delete_group(*_group(call))
    return b""


def _join(call: Call) -> bytes:
    topic, group = _group(call)
    deadline_s = time.monotonic() + call.world.settings.rebalancing_timeout_s
    call.world.sessions.join(call.session, topic, group, deadline_s)
    return b""


def _leave(call: Call) -> bytes:
    topic, group = _group(call)
    if call.session.client not in group.members:
        raise RefusedError(Status.NOT_A_MEMBER)
    call.world.sessions.leave(call.session, topic, group)
    return b""


def _get(call: Call) -> bytes:
    topic = call.topic()
    try:
        return _details(topic, group_of(topic, call.body.identifier()))
    except RefusedError:
        return b""


def _get_all(call: Call) -> bytes:
    topic = call.topic()
    return b"".join(_header(topic, group) for group in topic.groups)


def _sync(call: Call) -> bytes:
    """Tell a member its partitions; an empty answer says that it is no member."""
    try:
        _, group = _group(call)
    except RefusedError:
        return b""
    partitions = group.assignment(call.session.client)
    if partitions is None:
        return b""
    group.members[call.session.client].told = group.generation
    return u64(group.generation) + u32(len(partitions)) + b"".join(map(u32, partitions))


def _header(topic: Topic, group: Group) -> bytes:
    return u32(group.id) + u32(len(topic.partitions)) + u32(len(group.members)) + name(group.name)


def _details(topic: Topic, group: Group) -> bytes:
    members = []
    for client, member in group.members.items():
        partitions = group.assignment(client) or []
        members.append(u32(member.id) + u32(len(partitions)) + b"".join(map(u32, partitions)))
    return _header(topic, group) + b"".join(members)


COMMANDS: dict[int, Command] = {
    Code.CREATE_GROUP: _create,
    Code.DELETE_GROUP: _delete,
    Code.JOIN_GROUP: _join,
    Code.LEAVE_GROUP: _leave,
    Code.GET_GROUP: _get,
    Code.GET_GROUPS: _get_all,
    Code.SYNC_GROUP: _sync,
}
