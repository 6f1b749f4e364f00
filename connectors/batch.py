"""What a sink's `consume` gets: received messages, read by columns and only when asked for."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from typing import Any

from config.model import Schema
from connectors.codecs import Codec, find_codec
from connectors.column import Column
from connectors.errors import RecordError
from connectors.header_field import TypedHeaders, typed_headers
from connectors.message import ReceivedHeaders, ReceivedMessage, plain_headers
from connectors.once import once
from connectors.outcome import BatchOutcome, Rejection
from connectors.record import Record
from connectors.transforms.chain import CpuToken, TransformChain

_NO_TOKEN: CpuToken = nullcontext()


class Batch:
    """Messages of one partition, in order.

    Iterate over it for `Record`s, or read whole columns, which is faster: all columns have one
    entry per record, in the same order. `current_offset` is the partition's end when the messages
    were fetched. `schema` says what the records are for the plugin: `json` also where Avro was
    decoded. A Python transform may make several records of one message; they share its offset.

    Nothing is decoded before `values` or iteration asks. Records that then turn out not to be
    what they should are rejected and leave all columns, those already read included; a sink that
    reads only `payloads` gets such records too, unless they have to be decoded for that.
    """

    def __init__(
        self,
        messages: Sequence[ReceivedMessage],
        *,
        stream: str,
        topic: str,
        partition_id: int,
        current_offset: int,
        schema: Schema = Schema.JSON,
        codec: Codec | None = None,
    ) -> None:
        """Wrap messages that `codec` decodes, or the codec of `schema` without options."""
        self.stream = stream
        self.topic = topic
        self.partition_id = partition_id
        self.current_offset = current_offset
        self._codec = codec or find_codec(schema)
        self.schema = self._codec.kind
        self._messages = list(messages)
        self._is_as_received = self._codec.kind is self._codec.schema
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
        """The payloads as the bytes that `schema` says.

        They are as received, or written anew where they were decoded to something else or changed
        by transforms.
        """
        if self._is_as_received:
            return self._received()
        column = Column(self.schema, list(self.values))
        find_codec(self.schema).encode(column)
        self._take_over(column)
        return column.values

    @once
    def values(self) -> list[Any]:
        """The decoded payloads: Python values for JSON, `str` for text, else mostly `bytes`."""
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

    def transform(self, chain: TransformChain, cpu_token: CpuToken = _NO_TOKEN) -> None:
        """Decode all records and change them by `chain`: the runtime's part, before `consume`.

        `cpu_token` is held meanwhile, but for the time in which code of users runs.
        """
        if not chain:
            return
        with cpu_token:
            column = self._decode()
        chain.apply(column, cpu_token)
        self._take_over(column)
        vars(self)["values"] = column.values
        if column.changed:
            self.schema = column.kind
            self._is_as_received = False
            vars(self).pop("payloads", None)

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
        received = list(self.payloads) if self._is_as_received else self._received()
        column = Column(Schema.RAW, received, self._messages)
        self._codec.decode(column)
        column.decoded_from = self._codec.schema
        return column

    def _received(self) -> list[bytes]:
        return [message.payload() for message in self._messages]

    def _take_over(self, column: Column) -> None:
        messages = self._messages
        if column.rejections:
            self._reject_messages(column)
        self._filtered += column.filtered
        if column.rows == range(len(messages)):
            return
        for name in _COLUMNS & vars(self).keys():
            entries = vars(self)[name]
            entries[:] = [entries[row] for row in column.rows]
        messages[:] = [messages[row] for row in column.rows]

    def _reject_messages(self, column: Column) -> None:
        """Reject what the column rejects, with all other records of the same messages."""
        messages = self._messages
        rejected = {messages[row].offset(): error for row, error in column.rejections.items()}
        self._rejected = rejected | self._rejected
        for position, row in enumerate(column.rows):
            if messages[row].offset() in rejected:
                column.reject(position, rejected[messages[row].offset()])
        column.settle()


_COLUMNS = {name for name, member in vars(Batch).items() if isinstance(member, once)}
