"""Logs what it is given, which the process writes to standard output: for a first look."""

from typing import Any

import orjson

from config.fields import Flag
from config.model import Schema
from config.strict_field import TableSchema
from connectors.batch import Batch
from connectors.plugin import Sink


class StdoutSinkConfig(TableSchema):
    """`[plugin_config]` of the stdout sink."""

    print_payload = Flag(
        required=False,
        load_default=False,
        metadata={"description": "Also write a line with the payload of each record."},
    )


class StdoutSink(Sink):
    """Writes a line per batch and, with `print_payload`, one per record."""

    Config = StdoutSinkConfig

    _invocations = 0

    def consume(self, batch: Batch) -> None:
        """Write the lines."""
        self._invocations += 1
        self.log.info(
            "Stdout sink %s received: %d messages, schema: %s, stream: %s, topic: %s,"
            " partition: %d, offset: %d, invocation: %d",
            self.key,
            len(batch),
            batch.schema,
            batch.stream,
            batch.topic,
            batch.partition_id,
            batch.current_offset,
            self._invocations,
        )
        if not self.config["print_payload"]:
            return
        for record in batch:
            try:
                printable = _printable(batch.schema, record.payload)
            except orjson.JSONEncodeError as error:  # more than 254 levels deep
                batch.reject(record, f"cannot be printed: {error}")
            else:
                self.log.info("Message offset: %d, payload: %s", record.offset, printable)

    def close(self) -> None:
        """Write how many batches there were."""
        self.log.info("Stdout sink %s closed after %d invocations", self.key, self._invocations)


def _printable(schema: Schema, payload: Any) -> str:
    match schema:
        case Schema.JSON:
            return f"Json({orjson.dumps(payload, option=orjson.OPT_INDENT_2).decode()})"
        case Schema.TEXT:
            return f"Text({payload})"
        case Schema.PROTO if isinstance(payload, str):
            return f"Proto({payload})"
        case _:
            return f"Raw({list(payload)})"
