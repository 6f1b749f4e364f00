"""Sets fields of JSON objects under a condition."""

from enum import StrEnum
from typing import Any, NamedTuple

from marshmallow import post_load

from config.fields import Choice
from config.strict_field import TableSchema
from config.text_fields import Text
from connectors.column import Column
from connectors.transforms.field_value import FieldValue, FieldValueField
from connectors.transforms.table import TransformTable, optional_tables


class Condition(StrEnum):
    """When a field is set; a field whose value is null exists."""

    ALWAYS = "always"
    KEY_EXISTS = "key_exists"
    KEY_NOT_EXISTS = "key_not_exists"


class UpdatedField(NamedTuple):
    """One field to set where `condition` holds."""

    key: str
    value: FieldValue
    condition: Condition


class UpdateFields:
    """Sets each of `fields` in their order, so that one may make another's condition true."""

    def __init__(self, fields: list[UpdatedField]) -> None:
        self._fields = fields

    def apply(self, column: Column) -> None:
        """Set the fields in every JSON object that meets their conditions."""
        objects = column.objects()
        for key, make_values, condition in self._fields:
            targets = objects
            if condition is Condition.KEY_EXISTS:
                targets = [target for target in objects if key in target]
            elif condition is Condition.KEY_NOT_EXISTS:
                targets = [target for target in objects if key not in target]
            for target, value in zip(targets, make_values(len(targets)), strict=True):
                target[key] = value
            column.changed = column.changed or bool(targets)


class UpdatedFieldTable(TableSchema):
    """One entry of `fields`."""

    key = Text()
    value = FieldValueField()
    condition = Choice(Condition, required=False, load_default=Condition.ALWAYS)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> UpdatedField:
        """Return the entry."""
        return UpdatedField(**data)


class UpdateFieldsTable(TransformTable):
    """`[transforms.update_fields]`."""

    entries = optional_tables(UpdatedFieldTable, data_key="fields")

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> UpdateFields:
        """Return the transform."""
        return UpdateFields(data["entries"])
