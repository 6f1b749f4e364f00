"""What may stand in a connector's configuration file.

The schemas check names and types and make the dataclasses; what a connector cannot run with
although it is well formed is found by `connector_checks`.
"""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, post_load

from config.fields import U32_MAX, Choice, Flag, Size, Whole
from config.json_like import json_like
from config.model import (
    ConfigFormat,
    Kind,
    Schema,
    SinkConfig,
    SinkStream,
    SourceConfig,
    SourceStream,
    TransformConfig,
)
from config.policies import Isolation, OffsetCommit
from config.policy_schema import (
    RestartTable,
    RetryTable,
    SinkErrorsTable,
    SourceErrorsTable,
    TimeoutsTable,
)
from config.problem import Problem
from config.strict_field import StrictField, TableSchema, table, tables
from config.text_fields import Text, TextArray

U64_MAX = 2**64 - 1
SCHEMA_ALIASES = {"flatbuffer": Schema.FLAT_BUFFER}

# A README of the reference has `topic` here, as in a source.
_NO_TOPICS = Problem("is required and missing", allowed='such as topics = ["orders"]')


class CodecOptions(StrictField[Mapping[str, object]]):
    """`codec = {…}` of a stream: the options of its schema's codec, which checks them."""

    def read(self, value: object) -> Mapping[str, object]:
        """Return the table."""
        return _plain_table(value)


class StreamTable(TableSchema):
    """What the `[[streams]]` of both kinds have in common."""

    stream = Text()
    schema = Choice(Schema, aliases=SCHEMA_ALIASES)
    avro_schema_json = Text(required=False)
    avro_schema_path = Text(required=False)
    codec = CodecOptions(required=False, from_environment=False)
    batch_length = Whole(maximum=U32_MAX, required=False)


class SinkStreamTable(StreamTable):
    """`[[streams]]` of a sink."""

    topics = TextArray(error_messages={"required": _NO_TOPICS})
    poll_interval = Text(required=False)
    consumer_group = Text(required=False)
    min_batch = Whole(minimum=1, maximum=U32_MAX, required=False)
    linger = Text(required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> SinkStream:
        return SinkStream(**data)


class SourceStreamTable(StreamTable):
    """`[[streams]]` of a source."""

    topic = Text()
    linger_time = Text(required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> SourceStream:
        return SourceStream(**data)


class JsonLike(StrictField[object]):
    """Any value; secret, because plugins are given their passwords here."""

    secret = True

    def read(self, value: object) -> object:
        """Return the value in a form that JSON can express."""
        try:
            return json_like(value)
        except ValueError as error:
            raise ValidationError(str(error)) from error


class TransformTables(StrictField[tuple[TransformConfig, ...]]):
    """`[transforms.<type>]` or `[[transforms]]` tables, in the order of the file."""

    def read(self, value: object) -> tuple[TransformConfig, ...]:
        """Return one entry for each table."""
        if not isinstance(value, (dict, list)):
            raise Problem("must be a table", allowed="such as [transforms.add_fields]").error()
        errors: dict[str | int, object] = {}
        transforms = []
        places = value.items() if isinstance(value, dict) else enumerate(value)
        for place, options in places:
            try:
                transforms.append(
                    _transform(place, options)
                    if isinstance(place, str)
                    else _listed_transform(options)
                )
            except ValidationError as error:
                errors[place] = error.messages
        if errors:
            raise ValidationError(errors)
        return tuple(transforms)


class ConnectorTable(TableSchema):
    """What the files of both kinds have in common."""

    type = Choice(Kind, from_environment=False)
    key = Text(filled=True)
    enabled = Flag()
    version = Whole(maximum=U64_MAX)
    name = Text()
    path = Text()
    transforms = TransformTables(required=False, from_environment=False)
    plugin_config_format = Choice(ConfigFormat, required=False)
    plugin_config = JsonLike(required=False)
    verbose = Flag(required=False)
    benchmark = Flag(required=False)
    retry = table(RetryTable, required=False)
    restart = table(RestartTable, required=False)
    timeouts = table(TimeoutsTable, required=False)
    isolation = Choice(Isolation, required=False)
    memory_limit = Size(attribute="memory_limit_bytes", required=False)


class SinkTable(ConnectorTable):
    """The file of a sink."""

    streams = tables(SinkStreamTable)
    errors = table(SinkErrorsTable, required=False)
    offset_commit = Choice(OffsetCommit, required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> SinkConfig:
        return SinkConfig(**_without_type(data))


class SourceTable(ConnectorTable):
    """The file of a source."""

    streams = tables(SourceStreamTable)
    errors = table(SourceErrorsTable, required=False)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> SourceConfig:
        return SourceConfig(**_without_type(data))


CONNECTOR_TABLES: dict[Kind, ConnectorTable] = {Kind.SINK: SinkTable(), Kind.SOURCE: SourceTable()}
STREAM_TABLES: dict[Kind, StreamTable] = {
    Kind.SINK: SinkStreamTable(),
    Kind.SOURCE: SourceStreamTable(),
}


def _transform(name: str, options: object) -> TransformConfig:
    plain = _plain_table(options)
    if "enabled" not in plain:
        raise ValidationError({"enabled": ["is required and missing"]})
    if not isinstance(plain["enabled"], bool):
        raise ValidationError({"enabled": ["must be true or false"]})
    return TransformConfig(type=name, enabled=plain["enabled"], options=plain)


def _listed_transform(options: object) -> TransformConfig:
    """Read an entry of `[[transforms]]`, where `enabled` may be missing, as in READMEs."""
    plain = dict(_plain_table(options))
    name = plain.pop("type", None)
    if not isinstance(name, str):
        raise ValidationError({"type": ["is required and must be a string"]})
    return _transform(name, {"enabled": True, **plain})


def _plain_table(value: object) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise ValidationError("must be a table")
    try:
        return {key: json_like(inner) for key, inner in value.items()}
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _without_type(data: dict[str, Any]) -> dict[str, Any]:
    del data["type"]
    return {**data, "streams": tuple(data["streams"])}
