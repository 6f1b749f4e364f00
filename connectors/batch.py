"""What a sink's `consume` gets: received messages, read by columns and only when asked for."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any

from config.model import Schema
from connectors.codecs import find_codec
from connectors.column import Column
from connectors.errors import RecordError
from connectors.header_field import TypedHeaders, typed_headers
from connectors.message import ReceivedHeaders, ReceivedMessage, plain_headers
from connectors.once import once
from connectors.outcome import BatchOutcome, Rejection
from connectors.record import Record
from connectors.transforms import TransformChain


class Batch:
    """Messages of one partition, in order.

    Iterate over it for `Record`s, or read whole columns, which is faster: all columns have one
    entry per record, in the same order. `current_offset` is the partition's end when the messages
    were fetched.

    Nothing is decoded before `values` or iteration asks. Records that then turn out not to be
    what `schema` says are rejected and leave all columns, those already read included; a sink that
    reads only `payloads` gets such records too.
    """

    def __init__(
        self,
        messages: Sequence[ReceivedMessage],
        *,
        stream: str,
        topic: str,
        partition_id: int,
        current_offset: int,
        schema: Schema,
    ) -> None:
        self.stream = stream
        self.topic = topic
        self.partition_id = partition_id
        self.current_offset = current_offset
        self.schema = schema
        self._codec = find_codec(schema)
        self._messages = list(messages)
        self._changed_kind: Schema | None = None
        self._rejected: dict[int, RecordError] = {}
        self._filtered = 0

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Record]:
        values = self.values
        rows = list(zip(self._messages, values, strict=True))
        return (Record(self, message, value) for message, value in rows)

    @once
    def payloads(self) -> list[bytes]:
        """The payloads as bytes: as received, or written anew where transforms changed them."""
        if self._changed_kind is None:
            return [message.payload() for message in self._messages]
        column = Column(self._changed_kind, list(self.values))
        find_codec(self._changed_kind).encode(column)
        self._take_over(column)
        return column.values

    @once
    def values(self) -> list[Any]:
        """The decoded payloads: Python values for JSON, `str` for text, else `bytes`."""
        column = self._decode()
        self._take_over(column)
        return column.values

    @once
    def offsets(self) -> list[int]:
        """Where the records stand in their partition."""
        return [message.offset() for message in self._messages]

    @once
    def ids(self) -> list[int]:
        """The unsigned 128-bit ids."""
        return [message.id() for message in self._messages]

    @once
    def timestamps(self) -> list[int]:
        """When the server took the records, in microseconds since 1970."""
        return [message.timestamp() for message in self._messages]

    @once
    def origin_timestamps(self) -> list[int]:
        """When their producers made the records, in microseconds since 1970."""
        return [message.origin_timestamp() for message in self._messages]

    @once
    def checksums(self) -> list[int]:
        """The unsigned 64-bit checksums of the messages."""
        return [message.checksum() for message in self._messages]

    @once
    def headers(self) -> list[ReceivedHeaders]:
        """The user headers as plain keys and values; an empty mapping where there are none."""
        return [plain_headers(message) for message in self._messages]

    @once
    def typed_headers(self) -> list[TypedHeaders]:
        """The user headers with the types that Iggy stores, as pairs in the order of the keys."""
        return typed_headers(self._messages)

    def reject(self, record: Record | int, error: Exception | str) -> None:
        """Tell that one record (or the record at that offset) failed while the others did not.

        It counts when `consume` returns: the record is then skipped. A record that is already
        rejected keeps its first error. Raises ValueError for a record that is not of this batch.
        """
        offset = record.offset if isinstance(record, Record) else record
        known = record.is_of(self) if isinstance(record, Record) else self._holds(offset)
        if not known:
            named = f"offset {offset}" if isinstance(offset, int) else f"a {type(offset).__name__}"
            raise ValueError(
                f"{named} is no record of {self}: reject takes a record that this batch yielded,"
                " or the offset of one"
            )
        if not isinstance(error, RecordError):
            error = RecordError(str(error) or type(error).__name__)
        self._rejected.setdefault(offset, error)

    def transform(self, chain: TransformChain) -> None:
        """Decode all records and change them by `chain`: the runtime's part, before `consume`."""
        if not chain:
            return
        column = self._decode()
        chain.apply(column)
        self._take_over(column)
        vars(self)["values"] = column.values
        if column.changed:
            self._changed_kind = column.kind
            del vars(self)["payloads"]

    @property
    def outcome(self) -> BatchOutcome:
        """What was rejected or filtered until now."""
        rejections = tuple(
            Rejection(offset, error) for offset, error in sorted(self._rejected.items())
        )
        return BatchOutcome(rejections, self._filtered)

    def __repr__(self) -> str:
        return (
            f"Batch({self.stream}/{self.topic} partition {self.partition_id}:"
            f" {len(self)} {self.schema} records)"
        )

    def _holds(self, offset: object) -> bool:
        if not isinstance(offset, int):
            return False
        at = bisect_left(self.offsets, offset)
        return self.offsets[at : at + 1] == [offset] or offset in self._rejected

    def _decode(self) -> Column:
        column = Column(Schema.RAW, list(self.payloads))
        self._codec.decode(column)
        return column

    def _take_over(self, column: Column) -> None:
        messages = self._messages
        for row, error in column.rejections.items():
            self._rejected.setdefault(messages[row].offset(), error)
        self._filtered += column.filtered
        if len(column.rows) == len(messages):
            return
        for name in _COLUMNS & vars(self).keys():
            entries = vars(self)[name]
            entries[:] = [entries[row] for row in column.rows]
        messages[:] = [messages[row] for row in column.rows]


_COLUMNS = {name for name, member in vars(Batch).items() if isinstance(member, once)}
