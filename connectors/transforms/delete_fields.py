"""Removes fields of JSON objects."""

from collections.abc import Sequence
from typing import Any

from marshmallow import post_load

from config.text_fields import TextArray
from connectors.column import Column
from connectors.transforms.table import TransformTable


class DeleteFields:
    """Removes the top-level `keys`; those that are not there are no matter."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._keys = keys

    def apply(self, column: Column) -> None:
        """Remove the fields from every JSON object."""
        objects = column.objects()
        for key in self._keys:
            for target in objects:
                if key in target:
                    del target[key]
                    column.changed = True


class DeleteFieldsTable(TransformTable):
    """`[transforms.delete_fields]`."""

    keys = TextArray(required=False, data_key="fields", load_default=())

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> DeleteFields:
        """Return the transform."""
        return DeleteFields(data["keys"])
