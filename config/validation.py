"""Runs a schema over a table and returns its verdict as plain values."""

from typing import Any

from marshmallow import Schema, ValidationError

from config.key_path import Table
from config.problem import Located, problems_in


def validate(schema: Schema, table: Table) -> tuple[Any, list[Located]]:
    """Return what the schema made of `table`, or of its valid parts, and all problems."""
    try:
        return schema.load(table), []
    except ValidationError as error:
        return error.valid_data, list(problems_in(error.messages))
