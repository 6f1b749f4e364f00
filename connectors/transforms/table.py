"""What the tables under `[transforms]` are made of."""

from typing import Any

from marshmallow.fields import List, Nested

from config.fields import Flag
from config.strict_field import TableSchema


class TransformTable(TableSchema):
    """`[transforms.<type>]`; loading one gives the transform for the connector `owner`."""

    owner = ""
    enabled = Flag(required=False)


_Messages = dict[str, str | list[Any] | dict[Any, Any]]


def optional_tables(schema: type[TableSchema], *, data_key: str) -> List[Any]:
    """Make the field for an array of tables that may be missing, which is an empty one."""
    each: _Messages = {"type": "must be a table"}
    whole: _Messages = {"invalid": "must be an array of tables"}
    entry = Nested(schema, error_messages=each)
    return List(entry, data_key=data_key, load_default=list, error_messages=whole)
