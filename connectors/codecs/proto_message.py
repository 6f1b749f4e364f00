"""One message type of Protocol Buffers, and JSON values of its messages."""

import base64
import re
from collections.abc import Callable
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import DecodeError, EncodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from connectors.codecs.codec import UnfitError

_Converter = Callable[[Any], Any]

_WITH_A_JSON_FORM = frozenset(
    f"google.protobuf.{name}"
    for name in ("Any", "Duration", "FieldMask", "ListValue", "Struct", "Timestamp", "Value")
)
_WRAPPERS = frozenset(
    f"google.protobuf.{name}Value"
    for name in (
        *("Bool", "Bytes", "Double", "Float"),
        *("Int32", "Int64", "String", "UInt32", "UInt64"),
    )
)
_WELL_KNOWN = _WITH_A_JSON_FORM | _WRAPPERS
_FIELD_IN_ERROR = re.compile(r"Failed to parse ([A-Za-z_][\w.]*)")
_NUMBER_WIRE_TYPES = (0, 1, 5)
_BYTES_WIRE_TYPE = 2


class ProtoMessage:
    """Reads and writes messages of one type.

    Fields have their names of the `.proto` file; those that are not set are left out. Bytes are
    base64, enums and all integers numbers, well-known types as in the JSON mapping of Protocol
    Buffers. `preserve_unknown_fields` adds what the type does not know as `unknown_field_<number>`.
    """

    def __init__(self, descriptor: Descriptor, *, preserve_unknown_fields: bool) -> None:
        self._class: type[Message] = GetMessageClass(descriptor)
        self._name = descriptor.full_name
        self._descriptor = descriptor
        self._preserves_unknown = preserve_unknown_fields
        self._fields: dict[str, dict[int, tuple[str, _Converter]]] = {}
        self._read = self._message_converter(descriptor)
        self._pool = descriptor.file.pool
        self.is_well_known = descriptor.full_name in _WELL_KNOWN

    def read(self, payload: bytes) -> Any:
        """Return the JSON value of an encoded message; raises UnfitError."""
        try:
            return self._read(self._class.FromString(payload))
        except DecodeError as error:
            raise UnfitError(f"it is no {self._name}") from error
        except (ValueError, TypeError, KeyError, json_format.Error) as error:
            raise UnfitError(f"it holds what has no JSON form: {type(error).__name__}") from error

    def write(self, value: Any, *, ignore_unknown: bool = True) -> bytes:
        """Return the message that `value` describes; raises UnfitError that names the field.

        The same value always gives the same bytes. Fields that the type does not have are left out,
        or refused unless `ignore_unknown`.
        """
        message = self._class()
        try:
            _require_objects(value, self._descriptor)
            json_format.ParseDict(
                value, message, ignore_unknown_fields=ignore_unknown, descriptor_pool=self._pool
            )
            return message.SerializeToString(deterministic=True)
        except UnfitError:
            raise
        except EncodeError as error:
            raise UnfitError(f"a required field of {self._name} is missing") from error
        except Exception as error:  # ParseError, and others for values of strange types
            match = _FIELD_IN_ERROR.match(str(error))
            field = f": see {match[1]}" if match else ""
            raise UnfitError(f"it does not fit {self._name}{field}") from error

    def _message_converter(self, descriptor: Descriptor) -> _Converter:
        name = descriptor.full_name
        if name in _WITH_A_JSON_FORM:
            return self._json_form
        if name in _WRAPPERS:
            convert = self._single_converter(descriptor.fields_by_name["value"])
            return lambda message: convert(message.value)
        if name not in self._fields:
            self._fields[name] = {}  # here first: a message may hold others of its own type
            for field in descriptor.fields:
                self._fields[name][field.number] = (field.name, self._field_converter(field))
        return self._object_converter(self._fields[name])

    def _object_converter(self, fields: dict[int, tuple[str, _Converter]]) -> _Converter:
        def convert(message: Message) -> dict[str, Any]:
            result = {}
            for field, value in message.ListFields():
                known = fields.get(field.number)
                if known is None:  # an extension
                    known = (f"[{field.full_name}]", self._field_converter(field))
                    fields[field.number] = known
                result[known[0]] = known[1](value)
            if self._preserves_unknown:
                result.update(_unknown_fields(message))
            return result

        return convert

    def _field_converter(self, field: FieldDescriptor) -> _Converter:
        if not field.is_repeated:
            return self._single_converter(field)
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            convert_value = self._single_converter(field.message_type.fields_by_name["value"])
            return lambda entries: {_map_key(key): convert_value(entries[key]) for key in entries}
        convert = self._single_converter(field)
        return lambda values: [convert(value) for value in values]

    def _single_converter(self, field: FieldDescriptor) -> _Converter:
        if field.message_type is not None:
            return self._message_converter(field.message_type)
        return _base64 if field.type == FieldDescriptor.TYPE_BYTES else _as_it_is

    def _json_form(self, message: Message) -> Any:
        return json_format.MessageToDict(
            message, preserving_proto_field_name=True, descriptor_pool=self._pool
        )


def _require_objects(value: Any, descriptor: Descriptor) -> None:
    """Raise UnfitError for a message that is no object: the library takes a text for an empty one.

    What else is wrong it finds by itself.
    """
    if descriptor.full_name in _WELL_KNOWN:
        return
    if not isinstance(value, dict):
        raise UnfitError(f"a {descriptor.full_name} must be an object")
    for name, inner in value.items():
        field = descriptor.fields_by_name.get(name) or descriptor.fields_by_camelcase_name.get(name)
        if field is None or field.message_type is None or inner is None:
            continue
        target: Descriptor | None = field.message_type
        inners = [inner]
        if field.message_type.GetOptions().map_entry:
            target = field.message_type.fields_by_name["value"].message_type
            inners = list(inner.values()) if isinstance(inner, dict) else []
        elif field.is_repeated:
            inners = inner if isinstance(inner, list) else []
        if target is not None:
            for one in inners:
                _require_objects(one, target)


def _unknown_fields(message: Message) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in UnknownFieldSet(message):  # type: ignore[attr-defined]
        value: Any = "unknown"
        if field.wire_type in _NUMBER_WIRE_TYPES:
            value = field.data
        elif field.wire_type == _BYTES_WIRE_TYPE:
            value = _base64(field.data)
        found[f"unknown_field_{field.field_number}"] = value
    return found


def _map_key(key: Any) -> str:
    return str(key).lower() if isinstance(key, bool) else str(key)


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _as_it_is(value: Any) -> Any:
    return value
