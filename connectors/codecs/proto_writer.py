"""Makes JSON values into messages of Protocol Buffers: what does not fit is refused.

The library's own way leaves out names of enums that it does not know, and takes texts for numbers
and base64 that are neither.
"""

import operator
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message import DecodeError, EncodeError, Message
from google.protobuf.message_factory import GetMessageClass

from connectors.codecs.codec import UnfitError
from connectors.codecs.proto_scalars import as_text, base64_bytes, map_key, scalar
from connectors.codecs.proto_well_known import (
    ANY,
    CONVERTED_BY_LIBRARY,
    NESTING,
    NULL_VALUE,
    VALUE,
    WELL_KNOWN,
    WRAPPERS,
    parse_json_form,
)

_Fill = Callable[[Any, Any], None]
"""Makes a message, or a field of one, what a JSON value says; raises UnfitError."""


class _Setter(NamedTuple):
    """Sets one field; `place` is its oneof, or itself: what can be set only once."""

    name: str
    place: str
    takes_null: bool
    set: _Fill


class ProtoWriter:
    """Writes messages of all types of a schema."""

    def __init__(self, pool: DescriptorPool) -> None:
        self._pool = pool
        self._setters: dict[str, dict[str, _Setter]] = {}
        self._types: dict[str, tuple[type[Message], _Fill]] = {}
        self._nests = False

    def write(self, descriptor: Descriptor, value: Any) -> bytes:
        """Return the message that `value` describes; the same value always gives the same bytes.

        Keys that the type does not have are left out, and fields that are null not set, unless
        null is a value of theirs. Raises UnfitError that names the field.
        """
        name = descriptor.full_name
        if name not in self._types:
            self._types[name] = (GetMessageClass(descriptor), self._fill(descriptor))
        message_class, fill = self._types[name]
        message = message_class()
        fill(message, value)
        try:
            payload = message.SerializeToString(deterministic=True)
            if self._nests:
                message_class.FromString(payload)
        except EncodeError as error:
            raise UnfitError(f"a required field of {name} is missing") from error
        except DecodeError as error:
            raise UnfitError("it is nested too deep") from error
        return payload

    def _fill(self, descriptor: Descriptor) -> _Fill:
        name = descriptor.full_name
        self._nests = self._nests or name in NESTING or name in self._setters
        if name == ANY:
            return self._fill_any
        if name in CONVERTED_BY_LIBRARY:
            return parse_json_form
        if name in WRAPPERS:
            return _single_setter(descriptor.fields_by_name["value"])
        if name not in self._setters:
            setters = self._setters[name] = {}  # here first: a message may hold others of its type
            fields = [*descriptor.fields, *self._pool.FindAllExtensions(descriptor)]
            made = [(field, self._setter(field)) for field in fields]
            setters.update({field.json_name: setter for field, setter in made})
            setters.update({setter.name: setter for _, setter in made})
        return partial(_fill_object, name, self._setters[name])

    def _setter(self, field: FieldDescriptor) -> _Setter:
        target = field.message_type
        if target is None:
            set_ = _list_setter(field) if field.is_repeated else _single_setter(field)
        elif target.GetOptions().map_entry:
            set_ = self._map_setter(field, target)
        elif field.is_repeated:
            set_ = self._messages_setter(field, target)
        else:
            set_ = self._message_setter(field, target)
        return _Setter(
            name=f"[{field.full_name}]" if field.is_extension else field.name,
            place=(field.containing_oneof or field).full_name,
            takes_null=_takes_null(field),
            set=set_,
        )

    def _message_setter(self, field: FieldDescriptor, target: Descriptor) -> _Fill:
        get, fill = _getter(field), self._fill(target)

        def set_(message: Message, value: Any) -> None:
            inner = get(message)
            inner.SetInParent()
            fill(inner, value)

        return set_

    def _messages_setter(self, field: FieldDescriptor, target: Descriptor) -> _Fill:
        get, fill = _getter(field), self._fill(target)

        def set_(message: Message, value: Any) -> None:
            messages = get(message)
            for inner in _array(value):
                fill(messages.add(), inner)

        return set_

    def _map_setter(self, field: FieldDescriptor, entry: Descriptor) -> _Fill:
        get = _getter(field)
        convert_key = map_key(entry.fields_by_name["key"])
        set_entry = self._entry_setter(entry.fields_by_name["value"])

        def set_(message: Message, value: Any) -> None:
            entries = get(message)
            for key, inner in _object(value).items():
                set_entry(entries, convert_key(key), inner)

        return set_

    def _entry_setter(self, field: FieldDescriptor) -> Callable[[Any, Any, Any], None]:
        if field.message_type is None:
            convert = scalar(field)
            return lambda entries, key, value: operator.setitem(entries, key, convert(value))
        fill = self._fill(field.message_type)
        return lambda entries, key, value: fill(entries[key], value)

    def _fill_any(self, message: Any, value: Any) -> None:
        """Take what the reader makes of an Any: an object with its `@type`, or its bytes."""
        content = dict(_object(value, ANY))
        if content.keys() <= {"type_url", "value"}:
            message.type_url = as_text(content.get("type_url", ""))
            message.value = base64_bytes(content.get("value", ""))
            return
        url = as_text(content.pop("@type", None))
        try:
            descriptor = self._pool.FindMessageTypeByName(url.rpartition("/")[2])
        except KeyError as error:
            raise UnfitError("must have an @type of the schema") from error
        form = content.get("value") if descriptor.full_name in WELL_KNOWN else content
        message.type_url, message.value = url, self.write(descriptor, form)


def _takes_null(field: FieldDescriptor) -> bool:
    """Tell whether null is a value of the field, and not the lack of one."""
    if field.message_type is not None:
        return bool(field.message_type.full_name == VALUE)
    is_null_value = field.enum_type is not None and field.enum_type.full_name == NULL_VALUE
    return is_null_value and not field.is_repeated


def _fill_object(name: str, setters: Mapping[str, _Setter], message: Message, value: Any) -> None:
    taken = set()
    for key, inner in _object(value, name).items():
        setter = setters.get(key)
        if setter is None or (inner is None and not setter.takes_null):
            continue
        if setter.place in taken:
            raise UnfitError(f"{setter.name}: stands twice, or beside another field of its oneof")
        taken.add(setter.place)
        try:
            setter.set(message, inner)
        except UnfitError as error:
            raise UnfitError(f"{setter.name}: {error}") from error


def _single_setter(field: FieldDescriptor) -> _Fill:
    convert, name = scalar(field), field.name
    if field.is_extension:
        return lambda message, value: operator.setitem(message.Extensions, field, convert(value))
    return lambda message, value: setattr(message, name, convert(value))


def _list_setter(field: FieldDescriptor) -> _Fill:
    get, convert = _getter(field), scalar(field)
    return lambda message, value: get(message).extend(map(convert, _array(value)))


def _getter(field: FieldDescriptor) -> Callable[[Any], Any]:
    if field.is_extension:
        return lambda message: message.Extensions[field]
    return operator.attrgetter(field.name)


def _object(value: Any, what: str = "map") -> Mapping[Any, Any]:
    if not isinstance(value, dict):
        raise UnfitError(f"a {what} must be an object")
    return value


def _array(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise UnfitError("must be an array")
    return value
