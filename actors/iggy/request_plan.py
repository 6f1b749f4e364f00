"""The send requests that one batch of a source becomes, made once and repeated as they are.

Every message has its id and its partition before the first attempt, so that a repeat is the same
request to the server.
"""

import secrets
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import accumulate, count

from apache_iggy import SendMessage
from xxhash import xxh32_intdigest

from actors.data_path import Unsendable
from config.model import SourceStream
from connectors.outgoing import Outgoing

# The server closes the connection on more than 64 MiB; characters take up to 4 bytes.
_MOST_REQUEST_BYTES = 8 * 1024 * 1024
_HEADER_BYTES = 530


@dataclass(frozen=True, slots=True, kw_only=True)
class SendRequest:
    """Messages for one partition, sent together; `linger_s` is the pause before the next."""

    stream: str
    topic: str
    partition_id: int
    messages: list[SendMessage]
    linger_s: float


class RequestPlan:
    """Makes the requests of one producer: its ids count up from a random beginning."""

    def __init__(self) -> None:
        self._ids = count(secrets.randbits(127) | 1)
        self._turns: dict[tuple[str, str], Iterator[int]] = {}

    def requests(
        self, stream: SourceStream, outgoing: Outgoing, partitions: int
    ) -> tuple[list[SendRequest], list[Unsendable]]:
        """Return the requests for one stream, in order, and what can never be sent."""
        messages, unsendable = _messages(outgoing, self._ids), list[Unsendable]()
        count = len(messages)
        by_partition: Mapping[int | None, list[int]] = {None: list(range(count))}
        if outgoing.partitions.count(None) < count or outgoing.keys.count(None) < count:
            by_partition, unsendable = _by_partition(stream, outgoing, partitions)
        made = [
            SendRequest(
                stream=stream.stream,
                topic=stream.topic,
                partition_id=self._next(stream, partitions) if chosen is None else chosen,
                messages=[messages[row] for row in chunk],
                linger_s=stream.linger_time_s,
            )
            for chosen, rows in by_partition.items()
            for chunk in _chunks(rows, outgoing, stream.max_batch_length)
        ]
        return made, unsendable

    def _next(self, stream: SourceStream, partitions: int) -> int:
        turns = self._turns.setdefault((stream.stream, stream.topic), count())
        return next(turns) % partitions


def _messages(outgoing: Outgoing, ids: Iterator[int]) -> list[SendMessage]:
    return [
        SendMessage(payload, dict(headers) if headers else None, given or next(ids))
        for payload, headers, given in zip(
            outgoing.payloads, outgoing.headers, outgoing.ids, strict=True
        )
    ]


def _by_partition(
    stream: SourceStream, outgoing: Outgoing, partitions: int
) -> tuple[dict[int | None, list[int]], list[Unsendable]]:
    rows: dict[int | None, list[int]] = {}
    unsendable = []
    for row, (key, own) in enumerate(zip(outgoing.keys, outgoing.partitions, strict=True)):
        if own is not None and own >= partitions:
            reason = f"partition {own} is not there: the topic has {partitions}"
            unsendable.append(Unsendable(stream=stream, row=row, reason=reason))
        else:
            rows.setdefault(_by_key(key, partitions) if own is None else own, []).append(row)
    return rows, unsendable


def _by_key(key: str | bytes | None, partitions: int) -> int | None:
    if key is None:
        return None
    return xxh32_intdigest(key.encode() if isinstance(key, str) else key, 0) % partitions


def _chunks(rows: list[int], outgoing: Outgoing, length: int) -> Iterator[list[int]]:
    """Split into requests of at most `length` messages and some MiB."""
    sizes_bytes = _sizes_bytes(outgoing)
    ends_bytes = list(accumulate(sizes_bytes[row] for row in rows))
    start, sent_bytes = 0, 0
    while start < len(rows):
        fitting = bisect_right(ends_bytes, sent_bytes + _MOST_REQUEST_BYTES, lo=start)
        end = min(max(fitting, start + 1), start + length)
        yield rows[start:end]
        start, sent_bytes = end, ends_bytes[min(end, len(rows)) - 1]


def _sizes_bytes(outgoing: Outgoing) -> list[int]:
    sizes_bytes = list(map(len, outgoing.payloads))
    if outgoing.headers.count(None) < len(sizes_bytes):
        for row, headers in enumerate(outgoing.headers):
            sizes_bytes[row] += _HEADER_BYTES * len(headers or ())
    return sizes_bytes
