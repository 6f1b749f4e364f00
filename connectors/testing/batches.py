"""Makes batches as the runtime would hand them to a sink, of payloads alone."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.model import Schema
from connectors.batch import Batch
from connectors.codecs import Codec


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    payload_bytes: bytes
    offset_: int
    timestamp_us: int

    def payload(self) -> bytes:
        return self.payload_bytes

    def offset(self) -> int:
        return self.offset_

    def timestamp(self) -> int:
        return self.timestamp_us

    def origin_timestamp(self) -> int:
        return self.timestamp_us

    def id(self) -> int:
        return self.offset_ + 1

    def checksum(self) -> int:
        return 0

    def user_headers(self) -> Mapping[object, object] | None:
        return None


def make_batch(
    payloads: Sequence[bytes],
    *,
    schema: Schema | str = Schema.JSON,
    codec: Codec | None = None,
    first_offset: int = 0,
) -> Batch:
    """Return the payloads as the records of one partition, from `first_offset` on.

    `codec` decodes them, or the codec of `schema` without options.
    """
    now_us = time.time_ns() // 1000
    messages = [
        _Message(payload_bytes=payload, offset_=first_offset + at, timestamp_us=now_us)
        for at, payload in enumerate(payloads)
    ]
    return Batch(
        messages,
        stream="contract_stream",
        topic="contract_topic",
        partition_id=0,
        current_offset=first_offset + len(messages) - 1,
        schema=Schema(schema),
        codec=codec,
    )
