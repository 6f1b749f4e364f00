"""Makes JSON values into the numbers, texts and bytes of Protocol Buffers' fields, strictly."""

import base64
import binascii
import math
import re
import struct
from collections.abc import Callable
from typing import Any

from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor

from connectors.codecs.codec import UnfitError
from connectors.codecs.proto_well_known import NULL_VALUE

Scalar = Callable[[Any], Any]

_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,19}")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_NUMBERS = {name: float(name) for name in ("NaN", "Infinity", "-Infinity")}
_TO_STANDARD_ALPHABET = str.maketrans("-_", "+/")
_FORMATS = {FieldDescriptor.CPPTYPE_FLOAT: "<f", FieldDescriptor.CPPTYPE_DOUBLE: "<d"}
_RANGES = {
    FieldDescriptor.CPPTYPE_INT32: range(-(2**31), 2**31),
    FieldDescriptor.CPPTYPE_INT64: range(-(2**63), 2**63),
    FieldDescriptor.CPPTYPE_UINT32: range(2**32),
    FieldDescriptor.CPPTYPE_UINT64: range(2**64),
}


def scalar(field: FieldDescriptor) -> Scalar:
    """Return what makes a JSON value into one of `field`; it raises UnfitError."""
    kind = field.cpp_type
    if kind in _RANGES:
        return _whole(_RANGES[kind])
    if kind in _FORMATS:
        return _floating(struct.Struct(_FORMATS[kind]))
    if field.enum_type is not None:
        return _enum(field.enum_type)
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return _boolean
    return base64_bytes if field.type == FieldDescriptor.TYPE_BYTES else as_text


def map_key(field: FieldDescriptor) -> Scalar:
    """Return what makes a key of a JSON object into one of a map; it raises UnfitError."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return _boolean_key
    convert = scalar(field)
    return lambda key: convert(as_text(key))


def _whole(allowed: range) -> Scalar:
    def convert(value: Any) -> int:
        is_text = isinstance(value, str) and _WHOLE.fullmatch(value)
        number = int(value) if is_text or _is_whole(value) else value
        if type(number) is not int or number not in allowed:
            raise UnfitError(f"must be a whole number from {allowed[0]} to {allowed[-1]}")
        return number

    return convert


def _floating(layout: struct.Struct) -> Scalar:
    def convert(value: Any) -> float:
        if isinstance(value, str):
            if value in _NOT_NUMBERS:
                return _NOT_NUMBERS[value]
            value = float(value) if _NUMBER.fullmatch(value) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise UnfitError("must be a number")
        try:
            number = float(value)
            layout.pack(number)  # which refuses what only fits as an infinity
        except OverflowError:
            number = math.inf
        if not math.isfinite(number):
            raise UnfitError(f"must be a number of {8 * layout.size} bits")
        return number

    return convert


def _enum(enum: EnumDescriptor) -> Scalar:
    by_name: dict[str | None, int] = {
        name: value.number for name, value in enum.values_by_name.items()
    }
    if enum.full_name == NULL_VALUE:
        by_name[None] = 0
    numbers = frozenset(by_name.values()) if enum.is_closed else range(-(2**31), 2**31)

    def convert(value: Any) -> int:
        number: Any = by_name.get(value) if isinstance(value, str | None) else value
        number = int(number) if _is_whole(number) else number
        if type(number) is not int or number not in numbers:
            raise UnfitError(f"must be a name or number of {enum.full_name}")
        return number

    return convert


def _is_whole(value: Any) -> bool:
    return isinstance(value, float) and value.is_integer()


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise UnfitError("must be true or false")
    return value


def _boolean_key(key: Any) -> bool:
    if key not in ("true", "false"):
        raise UnfitError("must have the keys true and false only")
    return bool(key == "true")


def as_text(value: Any) -> str:
    """Return `value`, which has to be a text; raises UnfitError."""
    if not isinstance(value, str):
        raise UnfitError("must be a text")
    return value


def base64_bytes(value: Any) -> bytes:
    """Return what base64 says, in either alphabet, with or without padding; raises UnfitError."""
    try:
        encoded = as_text(value).translate(_TO_STANDARD_ALPHABET)
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnfitError("must be base64") from error
