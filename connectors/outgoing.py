"""Makes what a source produced ready to be sent: decode, transforms, encode, checks."""

from collections import deque
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

import orjson
from xxhash import xxh3_128_intdigest

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
from connectors.transforms.chain import CpuToken, TransformChain

T = TypeVar("T")

_TEXTUAL = (Schema.JSON, Schema.TEXT)
_NO_TOKEN: CpuToken = nullcontext()


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


def encode_produced(
    produced: Produced,
    *,
    schema: Schema,
    chain: TransformChain,
    codec: Codec | None = None,
    cpu_token: CpuToken = _NO_TOKEN,
) -> Outgoing:
    """Return what is to be sent to a stream with `schema`, transformed by `chain`.

    `codec` writes it, or the codec of `schema` without options. `cpu_token` is held meanwhile, but
    for the time in which code of users runs. A record that cannot be sent becomes a rejection.
    Raises FatalError for what no repeat mends: anything but a `Produced` of `ProducedRecord`s, or
    payloads of a kind that `schema` cannot hold.
    """
    records = produced_records(produced)
    source_codec = _codec(produced)
    stream_codec = codec or find_codec(schema)
    with cpu_token:
        column = Column(Schema.RAW, [record.payload for record in records], records)
        parts = _checked_parts(column, records)
        is_ready = not chain and source_codec.schema is schema
        has_bytes = _encode_values(column, source_codec)
        if not is_ready:
            source_codec.decode(column)
    chain.apply(column, cpu_token)
    with cpu_token:
        if not is_ready:
            stream_codec.encode(column)
        _check_sizes(column)
        if is_ready and has_bytes and schema is Schema.JSON:
            _reject_broken_json(column)
        if schema in _TEXTUAL:
            find_codec(Schema.TEXT).decode(column)
        rows, rejections = column.rows, column.rejections
        return Outgoing(
            payloads=column.values,
            ids=_ids(parts.ids, rows),
            headers=_at(parts.headers, rows),
            keys=_at(parts.keys, rows),
            partitions=_at(parts.partitions, rows),
            rejections=tuple(ProducedRejection(row, rejections[row]) for row in sorted(rejections)),
            filtered=column.filtered,
        )


class _Parts(NamedTuple):
    ids: list[int | None]
    headers: list[Headers | None]
    keys: list[str | bytes | None]
    partitions: list[int | None]


def _checked_parts(column: Column, records: Sequence[ProducedRecord]) -> _Parts:
    """Return what there is beside the payloads, by rows; reject the rows where it is wrong."""
    columns = zip(*records, strict=True) if records else ((),) * len(ProducedRecord._fields)
    _, ids, headers, keys, partitions = map(list, columns)
    parts = _Parts(
        ids=[one or None for one in ids] if any(ids) else [None] * len(ids),
        headers=headers,
        keys=keys,
        partitions=partitions,
    )
    _check_each(column, parts.ids, check_id)
    _check_each(column, parts.headers, check_headers)
    _check_each(column, parts.keys, check_key)
    _check_each(column, parts.partitions, check_partition)
    column.settle()
    return parts


def _at(entries: list[T], rows: Sequence[int]) -> list[T]:
    return entries if isinstance(rows, range) else [entries[row] for row in rows]


def _ids(ids: list[int | None], rows: Sequence[int]) -> list[int | None]:
    """Return the ids of `rows`; of several records that came of one, the first keeps its id."""
    if isinstance(rows, range):
        return ids
    several: list[int | None] = []
    number, last_row = 0, -1
    for row in rows:
        number = number + 1 if row == last_row else 0
        last_row = row
        several.append(_derived_id(ids[row], number) if number else ids[row])
    return several


def _derived_id(identity: int | None, number: int) -> int | None:
    """Make an id that is the same each time the source yields the record again."""
    if identity is None:
        return None
    digest: int = xxh3_128_intdigest(b"%d/%d" % (identity, number))
    return digest or 1


def produced_records(produced: Produced) -> Sequence[ProducedRecord]:
    """Return the records of what a `poll` returned; raises FatalError where it is no Produced."""
    if not isinstance(produced, Produced):
        raise FatalError(f"poll returned {_named(produced)}: return a Produced, or None")
    if not isinstance(produced.state, bytes | None):
        raise FatalError(f"the state in Produced is {_named(produced.state)}: give bytes, or None")
    if not isinstance(produced.records, Sequence):
        raise FatalError(f"the records in Produced are {_named(produced.records)}: give a list")
    if set(map(type, produced.records)) - {ProducedRecord}:
        for index, record in enumerate(produced.records):
            if not isinstance(record, ProducedRecord):
                problem = f"record {index} in Produced is {_named(record)}: give ProducedRecord"
                raise FatalError(problem)
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


def _encode_values(column: Column, codec: Codec) -> bool:
    """Write the payloads that are values; tell whether others were bytes, so written already."""
    values = column.values
    if set(map(type, values)) == {bytes}:
        return True
    at = []
    for position, value in enumerate(values):
        if not isinstance(value, bytes):
            at.append(position)
        elif type(value) is not bytes:  # of a subclass, which orjson does not parse
            values[position] = bytes(memoryview(value))
    part = Column(codec.kind, [values[position] for position in at])
    codec.encode(part)
    for row, encoded in zip(part.rows, part.values, strict=True):
        values[at[row]] = encoded
    for row, error in part.rejections.items():
        column.reject(at[row], error)
    column.settle()
    return len(at) < len(values)


def _reject_broken_json(column: Column) -> None:
    """Look at JSON that nothing else parses, and leave it as it is."""
    try:
        deque(map(orjson.loads, column.values), maxlen=0)
    except orjson.JSONDecodeError:
        refusals, problem = orjson.JSONDecodeError, "the payload is not JSON"
        column.convert(Schema.RAW, _parsed, refusals=refusals, problem=problem)


def _parsed(payload: bytes) -> bytes:
    orjson.loads(payload)
    return payload


def _check_sizes(column: Column) -> None:
    sizes_bytes = list(map(len, column.values))
    if not sizes_bytes or (min(sizes_bytes) > 0 and max(sizes_bytes) <= MAX_PAYLOAD_BYTES):
        return
    for position, size_bytes in enumerate(sizes_bytes):
        if not 0 < size_bytes <= MAX_PAYLOAD_BYTES:
            allowed = f"Iggy takes 1 to {MAX_PAYLOAD_BYTES}"
            column.reject(position, RecordError(f"the payload has {size_bytes} bytes: {allowed}"))
    column.settle()


def _named(value: object) -> str:
    return f"of type {type(value).__name__}"
