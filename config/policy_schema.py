"""What may stand in the tables of a connector's file that say what is done when something fails.

Every key is optional: the defaults are those of the dataclasses in `policies`.
"""

from dataclasses import replace
from typing import Any, ClassVar

from marshmallow import ValidationError, post_load

from config.fields import U32_MAX, Choice, Duration, TimeLimit, Whole, longer_than_0
from config.policies import (
    SINK_ERRORS,
    SOURCE_ERRORS,
    ErrorsConfig,
    RestartConfig,
    RetryConfig,
    TimeoutsConfig,
    Tolerance,
)
from config.strict_field import TableSchema
from config.text_fields import Text


class RetryTable(TableSchema):
    """`[retry]`."""

    max_attempts = Whole(minimum=1, maximum=U32_MAX, required=False)
    initial_delay = Duration(attribute="initial_delay_s", validate=longer_than_0, required=False)
    max_delay = Duration(attribute="max_delay_s", required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> RetryConfig:
        retry = RetryConfig(**data)
        if retry.max_delay_s < retry.initial_delay_s:
            if "max_delay_s" in data:
                problem = f"is shorter than initial_delay, {retry.initial_delay_s:g}s"
                raise ValidationError(problem, "max_delay")
            problem = f"is longer than max_delay, {retry.max_delay_s:g}s"
            raise ValidationError(problem, "initial_delay")
        return retry


class ErrorsTable(TableSchema):
    """`[errors]`; the kinds of connectors differ in what they tolerate by default."""

    DEFAULT: ClassVar[ErrorsConfig]

    tolerance = Choice(Tolerance, required=False)
    dead_letter_stream = Text(required=False)
    dead_letter_topic = Text(required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> ErrorsConfig:
        return replace(self.DEFAULT, **data)


class SinkErrorsTable(ErrorsTable):
    """`[errors]` of a sink."""

    DEFAULT = SINK_ERRORS


class SourceErrorsTable(ErrorsTable):
    """`[errors]` of a source."""

    DEFAULT = SOURCE_ERRORS


class RestartTable(TableSchema):
    """`[restart]`."""

    intensity = Whole(maximum=U32_MAX, required=False)
    period = Duration(attribute="period_s", validate=longer_than_0, required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> RestartConfig:
        return RestartConfig(**data)


class TimeoutsTable(TableSchema):
    """`[timeouts]`."""

    open = TimeLimit(attribute="open_s", required=False)
    consume = TimeLimit(attribute="consume_s", required=False)
    close = TimeLimit(attribute="close_s", required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> TimeoutsConfig:
        return TimeoutsConfig(**data)
