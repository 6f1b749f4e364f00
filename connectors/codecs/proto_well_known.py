"""Messages of Google's whose JSON form is not an object of their fields."""

import re
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from connectors.codecs.codec import UnfitError

ANY = "google.protobuf.Any"
VALUE = "google.protobuf.Value"
NULL_VALUE = "google.protobuf.NullValue"
NESTING = frozenset({ANY, VALUE, "google.protobuf.ListValue", "google.protobuf.Struct"})
WRAPPERS = frozenset(
    f"google.protobuf.{name}Value"
    for name in (
        *("Bool", "Bytes", "Double", "Float"),
        *("Int32", "Int64", "String", "UInt32", "UInt64"),
    )
)
CONVERTED_BY_LIBRARY = frozenset(
    f"google.protobuf.{name}"
    for name in ("Duration", "FieldMask", "ListValue", "Struct", "Timestamp", "Value")
)
WELL_KNOWN = WRAPPERS | CONVERTED_BY_LIBRARY | {ANY}

# The library also takes digits of other scripts and underscores between them.
_TEXTS = {
    "google.protobuf.Duration": re.compile(r"-?[0-9]+(\.[0-9]{1,9})?s"),
    "google.protobuf.Timestamp": re.compile(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?"
        r"(Z|[+-][0-9]{2}:[0-9]{2})"
    ),
}


def to_json_form(message: Message) -> Any:
    """Return the JSON form of a message that is `CONVERTED_BY_LIBRARY`; raises when it has none."""
    return json_format.MessageToDict(message)


def parse_json_form(message: Message, value: Any) -> None:
    """Make `message`, which is `CONVERTED_BY_LIBRARY`, what `value` says; raises UnfitError."""
    name = message.DESCRIPTOR.full_name
    pattern = _TEXTS.get(name)
    try:
        if pattern is None or pattern.fullmatch(value):
            json_format.ParseDict(value, message)
            return
    except Exception as error:  # ParseError, and others for values of strange types
        raise UnfitError(f"must be in the JSON form of {name}") from error
    raise UnfitError(f"must be in the JSON form of {name}")
