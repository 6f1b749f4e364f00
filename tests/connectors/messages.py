"""Messages as the SDK hands them out, made by hand; batches and transforms made of little."""

from collections.abc import Mapping, Sequence

from config.model import Schema, TransformConfig
from connectors.batch import Batch
from connectors.transforms import TransformChain, build_chain

FIRST_OFFSET = 100


class Message:
    """Counts how often its payload was copied."""

    def __init__(
        self, payload: bytes, offset: int = 0, headers: Mapping[object, object] | None = None
    ) -> None:
        self.copies = 0
        self._payload = payload
        self._offset = offset
        self._headers = headers

    def payload(self) -> bytes:
        self.copies += 1
        return self._payload

    def offset(self) -> int:
        return self._offset

    def timestamp(self) -> int:
        return 1_000 + self._offset

    def origin_timestamp(self) -> int:
        return 2_000 + self._offset

    def id(self) -> int:
        return 2**127 + self._offset

    def checksum(self) -> int:
        return 2**63 + self._offset

    def user_headers(self) -> Mapping[object, object] | None:
        return self._headers


def messages(*payloads: bytes) -> list[Message]:
    return [Message(payload, FIRST_OFFSET + at) for at, payload in enumerate(payloads)]


def batch_of(received: Sequence[Message], schema: Schema = Schema.JSON) -> Batch:
    return Batch(
        received,
        stream="shop",
        topic="orders",
        partition_id=3,
        current_offset=999,
        schema=schema,
    )


def batch(*payloads: bytes, schema: Schema = Schema.JSON) -> Batch:
    return batch_of(messages(*payloads), schema)


def transform(kind: str, *, enabled: bool = True, **options: object) -> TransformConfig:
    return TransformConfig(type=kind, enabled=enabled, options={"enabled": enabled, **options})


def chain(*transforms: TransformConfig) -> TransformChain:
    return build_chain(transforms)


def transformed(payload: bytes, *transforms: TransformConfig) -> bytes:
    """Return what the transforms make of one JSON payload."""
    one = batch(payload)
    one.transform(chain(*transforms))
    (result,) = one.payloads
    return result
