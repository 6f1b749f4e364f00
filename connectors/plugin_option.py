"""Describes the keys of a plugin's `[plugin_config]`, as its `Config` schema declares them."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from marshmallow import Schema, fields, missing, validate

from config.fields import AddressField, Choice, Duration, Flag, TimeLimit, Whole
from config.text_fields import TextArray, TextTable

_MASK = "******"

# The first that fits names the type; what is not here may say it in metadata={"type": …}.
_TYPES: tuple[tuple[type[fields.Field[Any]], str], ...] = (
    (Flag, "boolean"),
    (fields.Boolean, "boolean"),
    (Whole, "integer"),
    (fields.Integer, "integer"),
    (fields.Number, "number"),
    (Duration, "duration"),
    (TimeLimit, "duration"),
    (AddressField, "address"),
    (TextArray, "array of strings"),
    (TextTable, "table of strings"),
    (fields.Mapping, "table"),
    (fields.Raw, "any"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginOption:
    """One key; `key` is dotted where it stands in an inner table, with `[]` for an array of them.

    `default` is what holds without the key, plain data; None where there is none. `choices` are
    all allowed values, empty where any will do. Of a `secret`, or of what may hold one, neither is
    told: a default is masked then.
    """

    key: str
    type: str
    required: bool
    default: object
    choices: tuple[object, ...]
    description: str
    secret: bool


def options_of(
    schema: Schema, prefix: str = "", within: tuple[type[Schema], ...] = ()
) -> Iterator[PluginOption]:
    """Yield every key in the order of the schema, those of inner tables after their table.

    `within` are the schemas around it: the keys of one that holds itself are told once.
    """
    within = (*within, type(schema))
    for name, field in schema.fields.items():
        key = f"{prefix}{field.data_key or name}"
        is_secret = _is_secret(field)
        yield PluginOption(
            key=key,
            type=_type(field),
            required=field.required,
            default=_default(field, is_secret=is_secret),
            choices=() if is_secret else tuple(_choices(field)),
            description=str(field.metadata.get("description", "")),
            secret=is_secret,
        )
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested) and type(inner.schema) not in within:
            is_array = inner is not field or inner.many
            yield from options_of(inner.schema, f"{key}[]." if is_array else f"{key}.", within)


def _type(field: fields.Field[Any]) -> str:
    told = field.metadata.get("type")
    if told:
        return str(told)
    if isinstance(field, fields.List):
        return f"array of {_type(field.inner)}s"
    if isinstance(field, fields.Nested):
        return "array of tables" if field.many else "table"
    if isinstance(field, fields.TimeDelta):
        return f"number of {field.precision}"
    return next((name for kind, name in _TYPES if isinstance(field, kind)), "string")


def _default(field: fields.Field[Any], *, is_secret: bool) -> object:
    default = field.load_default
    if default is missing or default is None:
        return None
    if is_secret:
        return _MASK if default else None
    if callable(default):
        default = default()
    if isinstance(field, fields.Enum) and isinstance(default, Enum) and not field.by_value:
        return default.name
    if isinstance(field, fields.TimeDelta) and isinstance(default, timedelta):
        return _plain(default / timedelta(**{field.precision: 1}))
    if isinstance(field, fields.Decimal):
        return _plain(float(default))
    return _plain(default)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)  # which JSON has no numbers for
    return value if isinstance(value, (str, int, bool)) else str(value)


def _choices(field: fields.Field[Any]) -> Iterator[object]:
    if isinstance(field, Choice):
        yield from (word.value for word in field.words)
    elif isinstance(field, fields.Enum):
        yield from (m.value if field.by_value else m.name for m in field.enum)
    for validator in field.validators:
        if isinstance(validator, validate.OneOf):
            yield from map(_plain, validator.choices)


def _is_secret(field: fields.Field[Any], within: tuple[type[Schema], ...] = ()) -> bool:
    if getattr(field, "secret", False):
        return True
    if isinstance(field, fields.Nested):
        schema_class = type(field.schema)
        return schema_class not in within and any(
            _is_secret(inner, (*within, schema_class)) for inner in field.schema.fields.values()
        )
    return any(_is_secret(inner, within) for inner in _inner_fields(field))


def _inner_fields(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    if isinstance(field, fields.List):
        yield field.inner
    elif isinstance(field, fields.Tuple):
        yield from field.tuple_fields
    elif isinstance(field, fields.Mapping):
        yield from filter(None, (field.key_field, field.value_field))
