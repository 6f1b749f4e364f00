"""Streams: create, rename, delete, purge, look at."""

from broker.call import Call, Command, now_us
from broker.commands.topics import topic_header
from broker.state.topic import Stream
from broker.wire.codes import Code
from broker.wire.status import RefusedError, Status
from broker.wire.tlv import read_options
from broker.wire.writer import bytes32, name, u32, u64


def _create(call: Call) -> bytes:
    stream_name = call.body.name()
    _no_options(call)
    return _header(call.world.catalog.create_stream(stream_name, now_us()))


def _update(call: Call) -> bytes:
    stream = _stream(call)
    stream_name = call.body.name()
    _no_options(call)
    call.world.catalog.rename_stream(stream, stream_name)
    return b""


def _delete(call: Call) -> bytes:
    call.world.catalog.delete_stream(_stream(call))
    return b""


def _purge(call: Call) -> bytes:
    for topic in _stream(call).topics:
        call.world.catalog.purge_topic(topic)
    return b""


def _get(call: Call) -> bytes:
    stream = call.world.catalog.streams.find(call.body.identifier())
    if stream is None:
        return b""
    return _header(stream) + b"".join(topic_header(topic) for topic in stream.topics)


def _get_all(call: Call) -> bytes:
    return b"".join(_header(stream) for stream in call.world.catalog.streams)


def _stream(call: Call) -> Stream:
    return call.world.catalog.stream(call.body.identifier())


def _no_options(call: Call) -> None:
    """Streams have none yet; a key that would be ignored is refused instead."""
    if read_options(call.body.rest()):
        raise RefusedError(Status.UNKNOWN_OPTION)


def _header(stream: Stream) -> bytes:
    return (
        u32(stream.id)
        + u64(stream.created_at)
        + u32(len(stream.topics))
        + u64(stream.size_bytes)
        + u64(stream.message_count)
        + name(stream.name)
        + bytes32(b"")
    )


COMMANDS: dict[int, Command] = {
    Code.CREATE_STREAM: _create,
    Code.UPDATE_STREAM: _update,
    Code.DELETE_STREAM: _delete,
    Code.PURGE_STREAM: _purge,
    Code.GET_STREAM: _get,
    Code.GET_STREAMS: _get_all,
}
