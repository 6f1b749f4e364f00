"""The ground of the schemas: tables, and fields that take a value only in its own type.

Marshmallow's own fields take "5" for 5, cut 1.7 to 1 and read "on" as true; in a configuration
file that hides mistakes.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from marshmallow import EXCLUDE, Schema, fields

T = TypeVar("T")

_TABLE_MESSAGES = {"type": "must be a table"}
_MESSAGES: dict[str, str | list[Any] | dict[Any, Any]] = {
    "required": "is required and missing",
    "type": "must be a table",
    "invalid": "must be an array of tables",
}


class TableSchema(Schema):
    """A table of a configuration file; keys it does not know are reported apart, not refused."""

    class Meta:
        """Marshmallow's settings."""

        unknown = EXCLUDE

    error_messages = _TABLE_MESSAGES


def table(schema: type[TableSchema], *, required: bool = True) -> fields.Nested:
    """Make the field for a table inside a table."""
    return fields.Nested(schema, required=required, error_messages=_MESSAGES)


def tables(schema: type[TableSchema]) -> fields.List[Any]:
    """Make the field for a required array of tables."""
    return fields.List(table(schema), required=True, error_messages=_MESSAGES)


class StrictField(fields.Field[T], ABC, Generic[T]):
    """A field without conversions, required unless told otherwise.

    `secret` keeps its values out of findings; `from_environment` is False where no variable can
    set it.
    """

    default_error_messages = _MESSAGES
    secret = False

    def __init__(
        self, *, required: bool = True, from_environment: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(required=required, **kwargs)
        self.from_environment = from_environment

    @abstractmethod
    def read(self, value: object) -> T:
        """Return what a value of the file means; raises ValidationError."""

    def read_text(self, text: str) -> object:
        """Return the value that an environment variable's text stands for.

        A text that stands for none is returned as it is, so that `read` refuses it.
        """
        return text

    def _deserialize(
        self,
        value: object,
        attr: str | None,  # noqa: ARG002 - the signature is marshmallow's
        data: object,  # noqa: ARG002
        **kwargs: object,  # noqa: ARG002
    ) -> T:
        return self.read(value)


def leaves(schema: Schema, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield path and `StrictField` of every value that is in no array of tables."""
    for key, field in schema.fields.items():
        if isinstance(field, fields.Nested):
            yield from leaves(field.schema, (*path, key))
        elif isinstance(field, StrictField):
            yield (*path, key), field
