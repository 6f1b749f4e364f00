"""Makes what a source produced ready to be sent: decode, transforms, encode, checks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from config.errors import ConfigError
from config.model import Schema
from connectors.codecs import Codec, find_codec
from connectors.column import Column
from connectors.errors import FatalError, RecordError
from connectors.produced import Headers, Produced, ProducedRecord
from connectors.sendable import (
    MAX_PAYLOAD_BYTES,
    check_headers,
    check_id,
    check_key,
    check_partition,
)
from connectors.transforms import TransformChain

_TEXTUAL = (Schema.JSON, Schema.TEXT)


@dataclass(frozen=True, slots=True)
class ProducedRejection:
    """One produced record that cannot be sent; `index` is its place in what was produced."""

    index: int
    error: RecordError


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """Columns with one entry per record to be sent, in the order in which they were produced.

    `payloads` are `str` where the schema is textual, because the SDK takes those three times as
    fast; the bytes that are sent are the same. `ids`, `headers`, `keys` and `partitions` are None
    where the source gave none. `filtered` records were left out by transforms.
    """

    payloads: list[str | bytes]
    ids: list[int | None]
    headers: list[Headers | None]
    keys: list[str | bytes | None]
    partitions: list[int | None]
    rejections: tuple[ProducedRejection, ...]
    filtered: int


def encode_produced(produced: Produced, *, schema: Schema, chain: TransformChain) -> Outgoing:
    """Return what is to be sent to a stream with `schema`, transformed by `chain`.

    A record that cannot be sent becomes a rejection. Raises FatalError for what no repeat mends:
    anything but a `Produced` of `ProducedRecord`s, a schema that is not served, or payloads of a
    kind that `schema` cannot hold.
    """
    records = produced_records(produced)
    codec = _codec(produced)
    column = Column(Schema.RAW, [record.payload for record in records])
    ids = [record.id or None for record in records]
    headers = [record.headers for record in records]
    keys = [record.key for record in records]
    partitions = [record.partition for record in records]
    _check_each(column, ids, check_id)
    _check_each(column, headers, check_headers)
    _check_each(column, keys, check_key)
    _check_each(column, partitions, check_partition)
    column.settle()
    _encode_values(column, codec)
    if chain or codec.schema is not schema:
        codec.decode(column)
        chain.apply(column)
        find_codec(schema).encode(column)
    _check_sizes(column)
    return Outgoing(
        payloads=_as_text(column.values) if schema in _TEXTUAL else column.values,
        ids=[ids[row] for row in column.rows],
        headers=[headers[row] for row in column.rows],
        keys=[keys[row] for row in column.rows],
        partitions=[partitions[row] for row in column.rows],
        rejections=tuple(
            ProducedRejection(row, column.rejections[row]) for row in sorted(column.rejections)
        ),
        filtered=column.filtered,
    )


def produced_records(produced: Produced) -> Sequence[ProducedRecord]:
    """Return the records of what a `poll` returned; raises FatalError where it is no Produced."""
    if not isinstance(produced, Produced):
        raise FatalError(f"poll returned {_named(produced)}: return a Produced, or None")
    if not isinstance(produced.state, bytes | None):
        raise FatalError(f"the state in Produced is {_named(produced.state)}: give bytes, or None")
    if not isinstance(produced.records, Sequence):
        raise FatalError(f"the records in Produced are {_named(produced.records)}: give a list")
    for index, record in enumerate(produced.records):
        if not isinstance(record, ProducedRecord):
            raise FatalError(f"record {index} in Produced is {_named(record)}: give ProducedRecord")
    return produced.records


def _codec(produced: Produced) -> Codec:
    try:
        return find_codec(Schema(produced.schema))
    except ValueError:
        allowed = ", ".join(Schema)
        raise FatalError(
            f"the schema in Produced is {produced.schema!r}: give one of {allowed}"
        ) from None
    except ConfigError as error:
        raise FatalError(f"the source produced what cannot be read: {error}") from error


def _check_each(column: Column, entries: Sequence[object], check: Callable[[Any], None]) -> None:
    if entries.count(None) == len(entries):
        return
    for row, entry in enumerate(entries):
        if entry is not None:
            try:
                check(entry)
            except RecordError as error:
                column.reject(row, error)


def _encode_values(column: Column, codec: Codec) -> None:
    """Write the payloads that are values; those that are bytes are written already."""
    values = column.values
    at = [position for position, value in enumerate(values) if not isinstance(value, bytes)]
    if not at:
        return
    part = Column(codec.kind, [values[position] for position in at])
    codec.encode(part)
    for row, encoded in zip(part.rows, part.values, strict=True):
        values[at[row]] = encoded
    for row, error in part.rejections.items():
        column.reject(at[row], error)
    column.settle()


def _check_sizes(column: Column) -> None:
    for position, size_bytes in enumerate(map(len, column.values)):
        if not 0 < size_bytes <= MAX_PAYLOAD_BYTES:
            allowed = f"Iggy takes 1 to {MAX_PAYLOAD_BYTES}"
            column.reject(position, RecordError(f"the payload has {size_bytes} bytes: {allowed}"))
    column.settle()


def _as_text(payloads: list[bytes]) -> list[str | bytes]:
    try:
        return list(map(bytes.decode, payloads))
    except UnicodeDecodeError:  # a source's own bytes, which nobody had to decode
        return list(payloads)


def _named(value: object) -> str:
    return f"of type {type(value).__name__}"
