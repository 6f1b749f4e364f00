"""Finds keys that nobody heeds: the reference ignores them silently, here they are reported.

No schema knows them, or one says in its field's metadata why it has `no_effect`.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from marshmallow import EXCLUDE, RAISE, Schema, fields

from config.key_path import KeyPath
from config.problem import Located, Problem
from config.suggestion import closest


def unknown_key(key: str, known: Iterable[str]) -> Problem:
    """Return the problem of one key; its value may be a secret under a misspelled name."""
    suggestion = closest(key, known)
    return Problem("unknown key, ignored", suggestion=suggestion, hides_value=True)


def unknown_keys(schema: Schema, value: object, path: KeyPath = ()) -> Iterator[Located]:
    """Yield every key of a table, and of the tables in it, that is unknown or has no effect.

    What is in a table whose schema refuses or keeps unknown keys is passed over.
    """
    if not isinstance(value, dict):
        return
    known = _known(schema)
    for key, inner in value.items():
        inner_path = (*path, key)
        match known.get(key):
            case None:
                yield Located(inner_path, unknown_key(key, known))
            case fields.Field(metadata={"no_effect": reason}):
                yield Located(inner_path, Problem(f"has no effect: {reason}", hides_value=True))
            case fields.Field() as field:
                for table in _inner_tables(field, inner, inner_path):
                    yield from unknown_keys(*table)


def ignore_unknown_keys(schema: Schema, value: object) -> None:
    """Have `schema` load `value` without its unknown keys, and without those of the tables in it.

    An inner schema that says by `unknown` to refuse or keep them does so, also with what is in it.
    """
    schema.unknown = EXCLUDE
    if isinstance(value, dict):
        known = _known(schema)
        for key in known.keys() & value.keys():
            for table in _inner_tables(known[key], value[key], ()):
                ignore_unknown_keys(table.schema, table.value)


def _known(schema: Schema) -> dict[str, fields.Field[Any]]:
    return {field.data_key or name: field for name, field in schema.fields.items()}


class _Table(NamedTuple):
    schema: Schema
    value: object
    path: KeyPath


def _inner_tables(field: fields.Field[Any], value: object, path: KeyPath) -> Iterator[_Table]:
    """Yield the tables in the value of one field whose unknown keys are ignored."""
    match field, value:
        case fields.Nested(), list():
            for index, item in enumerate(value):
                yield from _inner_tables(field, item, (*path, index))
        case fields.Nested(), _:
            if not _heeds_unknown_keys(field):
                yield _Table(field.schema, value, path)
        case fields.List(inner=inner), list():
            for index, item in enumerate(value):
                yield from _inner_tables(inner, item, (*path, index))
        case fields.Mapping(value_field=fields.Field() as inner), dict():
            for key, item in value.items():
                yield from _inner_tables(inner, item, (*path, key))


def _heeds_unknown_keys(field: fields.Nested) -> bool:
    """Tell whether its author decided so; RAISE is what a schema has that says nothing."""
    schema = field.schema
    is_said = hasattr(schema.Meta, "unknown") or schema.unknown != RAISE
    said = field.unknown or (schema.unknown if is_said else EXCLUDE)
    return said != EXCLUDE
