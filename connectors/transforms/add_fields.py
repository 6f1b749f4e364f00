"""Sets fields of JSON objects, whether they are there or not."""

from typing import Any, NamedTuple

from marshmallow import post_load

from config.strict_field import TableSchema
from config.text_fields import Text
from connectors.column import Column
from connectors.transforms.field_value import FieldValue, FieldValueField
from connectors.transforms.table import TransformTable, optional_tables


class AddedField(NamedTuple):
    """One field to set."""

    key: str
    value: FieldValue


class AddFields:
    """Sets each of `fields` in their order; a field that exists is overwritten."""

    def __init__(self, fields: list[AddedField]) -> None:
        self._fields = fields

    def apply(self, column: Column) -> None:
        """Set the fields in every JSON object."""
        objects = column.objects()
        if not objects or not self._fields:
            return
        column.changed = True
        for key, make_values in self._fields:
            for target, value in zip(objects, make_values(len(objects)), strict=True):
                target[key] = value


class AddedFieldTable(TableSchema):
    """One entry of `fields`."""

    key = Text()
    value = FieldValueField()

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> AddedField:
        """Return the entry."""
        return AddedField(**data)


class AddFieldsTable(TransformTable):
    """`[transforms.add_fields]`."""

    entries = optional_tables(AddedFieldTable, data_key="fields")

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> AddFields:
        """Return the transform."""
        return AddFields(data["entries"])
