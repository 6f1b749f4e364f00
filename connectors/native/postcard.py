"""The bytes in which messages go into native plugins and come out of them. Any thread.

Postcard has no names and no types: numbers are varints, texts and bytes have their length before
them, options a 0 or 1, and a structure is its fields one after the other.
"""

import base64
import binascii

from config.model import Schema
from connectors.batch import Batch
from connectors.header_field import HeaderField, HeaderKind, TypedHeaders
from connectors.native.errors import PostcardError
from connectors.native.varint import read_varint, varint
from connectors.produced import Headers, Produced, ProducedRecord

_SCHEMAS = (
    Schema.JSON,
    Schema.RAW,
    Schema.TEXT,
    Schema.PROTO,
    Schema.FLAT_BUFFER,
    Schema.AVRO,
)
_KINDS = tuple(HeaderKind)
_NOTHING_BUT_PAYLOAD = bytes(5)


def encode_topic(stream: str, topic: str) -> bytes:
    """Write the `TopicMetadata` of a batch."""
    return _bytes(stream.encode()) + _bytes(topic.encode())


def encode_batch_facts(partition_id: int, current_offset: int, schema: Schema) -> bytes:
    """Write the `MessagesMetadata` of a batch."""
    return varint(partition_id) + varint(current_offset) + varint(_SCHEMAS.index(schema))


def encode_messages(batch: Batch) -> bytes:
    """Write the `RawMessages` of a batch: payloads as they are, in `batch.schema`."""
    number: dict[int, bytes] = {}  # times and lengths repeat

    def repeated(value: int) -> bytes:
        written = number.get(value)
        if written is None:
            written = number[value] = varint(value)
        return written

    payloads = batch.payloads
    parts = [varint(_SCHEMAS.index(batch.schema)), varint(len(payloads))]
    add = parts.append
    columns = (
        batch.ids,
        batch.offsets,
        batch.checksums,
        batch.timestamps,
        batch.origin_timestamps,
        batch.typed_headers,
        payloads,
    )
    for id_, offset, checksum, timestamp, origin, headers, payload in zip(*columns, strict=True):
        add(varint(id_))
        add(varint(offset))
        add(varint(checksum))
        add(repeated(timestamp))
        add(repeated(origin))
        add(_bytes(encode_headers(headers)) if headers else b"\0")
        add(repeated(len(payload)))
        add(payload)
    return b"".join(parts)


def encode_headers(headers: TypedHeaders) -> bytes:
    """Write headers; there must be some."""
    fields = (field for pair in headers for field in pair)
    written = (varint(kind) + _bytes(base64.b64encode(data)) for kind, data in fields)
    return varint(len(headers)) + b"".join(written)


def decode_produced(data: bytes) -> Produced:
    """Read what a source has produced.

    Only what the runtime uses is kept: the server sets checksums and times. Raises PostcardError.
    """
    try:
        return _Reader(data).produced()
    except (UnicodeDecodeError, binascii.Error, ValueError) as error:
        raise PostcardError(f"a batch cannot be read: {error}") from error


def _bytes(data: bytes) -> bytes:
    return varint(len(data)) + data


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def produced(self) -> Produced:
        schema = self._schema()
        records = self._records()
        state = self._bytes() if self._is_there() else None
        if self._at != len(self._data):
            raise PostcardError(f"{len(self._data) - self._at} bytes follow the batch")
        return Produced(records=records, schema=schema, state=state)

    def _records(self) -> list[ProducedRecord]:
        data, records = self._data, []
        for _ in range(self._number(64)):
            at = self._at
            if data[at : at + 5] == _NOTHING_BUT_PAYLOAD:
                self._at = at + 5
                records.append(ProducedRecord(self._bytes()))
            else:
                records.append(self._record())
        return records

    def _record(self) -> ProducedRecord:
        id_ = self._number(128) if self._is_there() else None
        for _ in ("checksum", "timestamp", "origin timestamp"):
            if self._is_there():
                self._number(64)
        headers = self._headers() if self._is_there() else None
        return ProducedRecord(self._bytes(), id=id_, headers=headers)

    def _headers(self) -> Headers:
        pairs = [(self._field(), self._field()) for _ in range(self._number(64))]
        return {_name(key): value.value for key, value in pairs}

    def _field(self) -> HeaderField:
        kind = self._number(32)
        if kind >= len(_KINDS):
            raise PostcardError(f"{kind} is no kind of header")
        return HeaderField(_KINDS[kind], base64.b64decode(self._bytes(), validate=True))

    def _schema(self) -> Schema:
        number = self._number(32)
        if number >= len(_SCHEMAS):
            raise PostcardError(f"{number} is no schema")
        return _SCHEMAS[number]

    def _is_there(self) -> bool:
        flag = self._data[self._at : self._at + 1]
        self._at += 1
        if flag not in (b"\0", b"\1"):
            raise PostcardError("an option is neither there nor absent")
        return flag == b"\1"

    def _number(self, bits: int) -> int:
        number, self._at = read_varint(self._data, self._at, bits)
        return number

    def _bytes(self) -> bytes:
        length = self._number(64)
        start = self._at
        self._at = start + length
        if self._at > len(self._data):
            raise PostcardError("the data ends inside a field")
        return self._data[start : self._at]


def _name(key: HeaderField) -> str:
    """Return a header's name as text, which names given by a source have to be."""
    value = key.value
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    return str(value).lower() if isinstance(value, bool) else str(value)
