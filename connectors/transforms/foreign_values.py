"""Values that code of users has made, before ours works on them: they can be anything."""

from config.model import Schema
from connectors.codecs import find_codec
from connectors.codecs.codec import UnfitError
from connectors.codecs.raw import as_bytes
from connectors.column import Column


def take_foreign_values(column: Column) -> None:
    """Make the values what they would be had they been received; reject those that cannot be.

    JSON values are written and read again: no two of them, and none of them and the user's code,
    share an object that a later transform changes.
    """
    if column.kind is Schema.PROTO:  # where texts stay texts, which stand for messages
        problem = "the payload is no message"
        column.convert(Schema.PROTO, _message, refusals=UnfitError, problem=problem)
        return
    codec = find_codec(column.kind)
    codec.encode(column)
    codec.decode(column)


def _message(value: object) -> str | bytes:
    if not isinstance(value, str):
        return as_bytes(value)
    value.encode()
    return value
