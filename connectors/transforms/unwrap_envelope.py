"""Takes records out of the envelopes that some sources put them in."""

from typing import Any

from marshmallow import post_load

from config.text_fields import Text
from connectors.column import Column
from connectors.transforms.table import TransformTable


class UnwrapEnvelope:
    """Puts the value of `field` in the place of its object; one without it stays as it is."""

    def __init__(self, field: str) -> None:
        self._field = field

    def apply(self, column: Column) -> None:
        """Unwrap every JSON object."""
        field = self._field
        if not any(field in target for target in column.objects()):
            return
        column.values = [
            value[field] if isinstance(value, dict) and field in value else value
            for value in column.values
        ]
        column.changed = True


class UnwrapEnvelopeTable(TransformTable):
    """`[transforms.unwrap_envelope]`."""

    field = Text(filled=True)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> UnwrapEnvelope:
        """Return the transform."""
        return UnwrapEnvelope(data["field"])
