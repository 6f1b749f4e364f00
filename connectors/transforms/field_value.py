"""The `value` of a field that a transform sets: `value.static` or `value.computed`."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from enum import StrEnum
from itertools import repeat

import orjson
from marshmallow import ValidationError

from config.fields import Choice
from config.strict_field import StrictField
from connectors.transforms.json_data import json_data
from connectors.uuids import uuid4_texts, uuid7_texts

FieldValue = Callable[[int], Iterable[object]]
"""Makes the values for that many records, one each."""


class Computed(StrEnum):
    """What can be computed, anew for each record and field."""

    DATE_TIME = "date_time"
    TIMESTAMP_NANOS = "timestamp_nanos"
    TIMESTAMP_MICROS = "timestamp_micros"
    TIMESTAMP_MILLIS = "timestamp_millis"
    TIMESTAMP_SECONDS = "timestamp_seconds"
    UUID_V4 = "uuid_v4"
    UUID_V7 = "uuid_v7"


def _timestamps(unit_ns: int) -> FieldValue:
    return lambda count: [time.time_ns() // unit_ns for _ in range(count)]


def _date_times(count: int) -> list[object]:
    return [datetime.now(UTC).isoformat() for _ in range(count)]


_COMPUTED: dict[Computed, FieldValue] = {
    Computed.DATE_TIME: _date_times,
    Computed.TIMESTAMP_NANOS: _timestamps(1),
    Computed.TIMESTAMP_MICROS: _timestamps(1_000),
    Computed.TIMESTAMP_MILLIS: _timestamps(1_000_000),
    Computed.TIMESTAMP_SECONDS: _timestamps(1_000_000_000),
    Computed.UUID_V4: uuid4_texts,
    Computed.UUID_V7: uuid7_texts,
}


class FieldValueField(StrictField[FieldValue]):
    """`{static = anything}` or `{computed = "a kind"}`."""

    def read(self, value: object) -> FieldValue:
        """Return what makes the values."""
        if not isinstance(value, dict) or ("static" in value) == ("computed" in value):
            raise ValidationError("must be a table with either static or computed in it")
        if "static" in value:
            return _static(value["static"])
        try:
            return _COMPUTED[Choice(Computed).read(value["computed"])]
        except ValidationError as error:
            raise ValidationError({"computed": error.messages}) from error


def _static(value: object) -> FieldValue:
    data = json_data(value)
    if not isinstance(data, (dict, list)):
        return lambda count: repeat(data, count)
    encoded = orjson.dumps(data)  # each record gets a copy, which later transforms may change
    return lambda count: [orjson.loads(encoded) for _ in range(count)]
