"""Makes messages of Protocol Buffers into JSON values."""

import base64
import math
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from connectors.codecs.codec import UnfitError
from connectors.codecs.proto_any import any_object
from connectors.codecs.proto_well_known import (
    ANY,
    CONVERTED_BY_LIBRARY,
    WELL_KNOWN,
    WRAPPERS,
    to_json_form,
)

_Converter = Callable[[Any], Any]

_NUMBER_WIRE_TYPES = (0, 1, 5)
_BYTES_WIRE_TYPE = 2


class ProtoReader:
    """Reads messages of all types of a schema."""

    def __init__(self, pool: DescriptorPool, *, preserve_unknown_fields: bool) -> None:
        self._pool = pool
        self._preserves_unknown = preserve_unknown_fields
        self._has_required = False
        self._fields: dict[str, dict[int, tuple[str, _Converter]]] = {}
        self._types: dict[str, tuple[type[Message], _Converter]] = {}

    def read(self, descriptor: Descriptor, payload: bytes) -> Any:
        """Return the JSON value of an encoded message; raises UnfitError."""
        name = descriptor.full_name
        if name not in self._types:
            self._types[name] = (GetMessageClass(descriptor), self._message_converter(descriptor))
        message_class, convert = self._types[name]
        try:
            message = message_class.FromString(payload)
        except DecodeError as error:
            raise UnfitError(f"it is no {name}") from error
        if self._has_required and not message.IsInitialized():
            raise UnfitError(f"it is no {name}: a required field is missing")
        return convert(message)

    def _message_converter(self, descriptor: Descriptor) -> _Converter:
        name = descriptor.full_name
        if name == ANY:
            return self._any
        if name in CONVERTED_BY_LIBRARY:
            return to_json_form
        if name in WRAPPERS:
            convert = self._single_converter(descriptor.fields_by_name["value"])
            return lambda message: convert(message.value)
        if name not in self._fields:
            self._fields[name] = {}  # here first: a message may hold others of its own type
            for field in descriptor.fields:
                self._has_required = self._has_required or field.is_required
                self._fields[name][field.number] = (field.name, self._field_converter(field))
            for field in self._pool.FindAllExtensions(descriptor):
                shown = f"[{field.full_name}]"
                self._fields[name][field.number] = (shown, self._field_converter(field))
        return self._object_converter(self._fields[name])

    def _object_converter(self, fields: dict[int, tuple[str, _Converter]]) -> _Converter:
        def convert(message: Message) -> dict[str, Any]:
            result = {}
            for field, value in message.ListFields():
                name, convert_value = fields[field.number]
                result[name] = convert_value(value)
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
        return _SCALARS.get(field.type, _as_it_is)

    def _any(self, message: Any) -> Any:
        """Show what an Any holds, as Protocol Buffers' own JSON does, where its type is known."""
        name = message.type_url.rpartition("/")[2]
        if not name:
            return {}
        try:
            descriptor = self._pool.FindMessageTypeByName(name)
        except KeyError:
            return any_object(message)
        value = self.read(descriptor, message.value)
        if name in WELL_KNOWN:
            value = {"value": value}
        return {"@type": message.type_url, **value}


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
    if isinstance(key, bool):
        return str(key).lower()
    return str(key) if isinstance(key, int) else _text(key)


def _text(value: Any) -> str:
    if not isinstance(value, str):  # bytes: proto2 does not check what is no UTF-8
        raise UnfitError("a text in it is not UTF-8")
    return value


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _as_it_is(value: Any) -> Any:
    return value


_SCALARS: dict[int, _Converter] = {
    FieldDescriptor.TYPE_BYTES: _base64,
    FieldDescriptor.TYPE_DOUBLE: _finite,
    FieldDescriptor.TYPE_FLOAT: _finite,
    FieldDescriptor.TYPE_STRING: _text,
}
