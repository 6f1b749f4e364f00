"""What a source's `poll` returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from config.model import Schema

HeaderValue = str | bytes | bool | int | float
Headers = Mapping[str, HeaderValue]


class ProducedRecord(NamedTuple):
    """One record on its way into Iggy.

    `payload` is either `bytes`, already in the form that `Produced.schema` names, or the value
    itself: anything JSON can hold for `json`, `str` for `text`. `id` is the message's unsigned
    128-bit id; without one the runtime gives one. `partition` is used as it is, else `key` chooses
    one (the same key always the same), else the runtime goes round robin.
    """

    payload: object
    id: int | None = None
    headers: Headers | None = None
    key: str | bytes | None = None
    partition: int | None = None


@dataclass(frozen=True, slots=True)
class Produced:
    """A batch of records, and the state from which the source goes on once they are in Iggy.

    `schema` says what the payloads are (a name as in configuration files is fine). `state` is
    saved after Iggy has the records; None saves nothing.
    """

    records: Sequence[ProducedRecord]
    schema: Schema | str = Schema.JSON
    state: bytes | None = None
