"""Finds keys that nobody heeds: the reference ignores them silently, here they are reported.

No schema knows them, or one says in its field's metadata why it has `no_effect`.
"""

from collections.abc import Iterable, Iterator

from marshmallow import Schema, fields

from config.key_path import KeyPath
from config.problem import Located, Problem
from config.suggestion import closest


def unknown_key(key: str, known: Iterable[str]) -> Problem:
    """Return the problem of one key; its value may be a secret under a misspelled name."""
    suggestion = closest(key, known)
    return Problem("unknown key, ignored", suggestion=suggestion, hides_value=True)


def unknown_keys(schema: Schema, value: object, path: KeyPath = ()) -> Iterator[Located]:
    """Yield every key of a table, and of the tables in it, that is unknown or has no effect."""
    if not isinstance(value, dict):
        return
    known = {field.data_key or name: field for name, field in schema.fields.items()}
    for key, inner in value.items():
        inner_path = (*path, key)
        match known.get(key):
            case None:
                yield Located(inner_path, unknown_key(key, known))
            case fields.Field(metadata={"no_effect": reason}):
                yield Located(inner_path, Problem(f"has no effect: {reason}", hides_value=True))
            case fields.Nested(schema=inner_schema):
                yield from unknown_keys(inner_schema, inner, inner_path)
            case fields.List(inner=fields.Nested(schema=inner_schema)) if isinstance(inner, list):
                for index, item in enumerate(inner):
                    yield from unknown_keys(inner_schema, item, (*inner_path, index))
