"""Ping, cluster metadata, the option catalog, and who is connected."""

from broker.call import Call, Command
from broker.state.sessions import Session
from broker.state.topic_options import TOPIC_OPTIONS
from broker.wire.codes import Code
from broker.wire.status import RefusedError, Status
from broker.wire.writer import bytes32, name, text32, u32

_TCP = 1
_NOBODY = 0xFFFF_FFFF
_TOPIC_SCOPE, _STREAM_SCOPE, _USER_SCOPE = 1, 2, 3


def _ping(_: Call) -> bytes:
    return b""


def _get_cluster_metadata(call: Call) -> bytes:
    """Exactly one node, a healthy leader: then clients look for no other."""
    settings = call.world.settings
    ports = settings.port.to_bytes(2, "little") + bytes(6)
    leader_and_healthy = bytes(2)
    node = text32("development-broker") + text32(settings.host) + ports + leader_and_healthy
    return text32("development-broker") + u32(1) + node


def _describe_options(call: Call) -> bytes:
    scope = call.body.u8()
    if scope not in {_TOPIC_SCOPE, _STREAM_SCOPE, _USER_SCOPE}:
        raise RefusedError(Status.INVALID_COMMAND)
    specs = TOPIC_OPTIONS if scope == _TOPIC_SCOPE else {}
    return u32(len(specs)) + b"".join(
        name(key)
        + bytes((spec.kind,))
        + bytes32(spec.default_value().data)
        + text32(spec.description)
        for key, spec in specs.items()
    )


def _get_me(call: Call) -> bytes:
    return _client_with_groups(call, call.session)


def _get_client(call: Call) -> bytes:
    session = call.world.sessions.find(call.body.u32())
    return _client_with_groups(call, session) if session else b""


def _get_clients(call: Call) -> bytes:
    return b"".join(
        _client(session, len(_groups(call, session))) for session in call.world.sessions.all()
    )


def _client(session: Session, group_count: int) -> bytes:
    user_id = session.user.id if session.user else _NOBODY
    return (
        u32(session.id) + u32(user_id) + bytes((_TCP,)) + text32(session.address) + u32(group_count)
    )


def _client_with_groups(call: Call, session: Session) -> bytes:
    groups = _groups(call, session)
    return _client(session, len(groups)) + b"".join(groups)


def _groups(call: Call, session: Session) -> list[bytes]:
    streams = call.world.catalog.streams
    return [
        u32(topic.stream.id) + u32(topic.id) + u32(group.id)
        for topic, group in session.joined.values()
        if streams.find(topic.stream.id) is topic.stream
        and topic.stream.topics.find(topic.id) is topic
        and topic.groups.find(group.id) is group
    ]


COMMANDS: dict[int, Command] = {
    Code.PING: _ping,
    Code.GET_CLUSTER_METADATA: _get_cluster_metadata,
    Code.DESCRIBE_OPTIONS: _describe_options,
    Code.GET_ME: _get_me,
    Code.GET_CLIENT: _get_client,
    Code.GET_CLIENTS: _get_clients,
}
