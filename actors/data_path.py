"""The messages by which records move: between an Iggy client and the connector it serves.

Sink: `Demand` down-to-up, `FetchReady` up-to-down, `BatchWritten` back. Source: `SendBatch` to the
producer, `BatchSent`, `BatchRefused` or `BatchGivenUp` back. All are control messages, because
their number is bounded by what was demanded, and so that their order among each other holds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from actors.core import Control, Ref
from config.model import SourceStream
from connectors.message import ReceivedMessage
from connectors.outgoing import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Control):
    """A sink is ready for so many more fetches."""

    sink: Ref
    fetches: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """Messages of one partition, in order, at least one.

    `tenure` numbers the time for which a consumer holds a partition over one connection: a
    confirmation counts only within it. `current_offset` is the partition's end.
    """

    tenure: int
    partition_id: int
    messages: Sequence[ReceivedMessage]
    current_offset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReady(Control):
    """Answers one `Demand`."""

    consumer: Ref
    fetch: Fetch


@dataclass(frozen=True, slots=True, kw_only=True)
class TenuresEnded(Control):
    """Fetches of these tenures will be delivered again, by us or by others: drop them."""

    consumer: Ref
    tenures: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchWritten(Control):
    """The sink has safely dealt with a fetch up to and including `offset`.

    `messages` and `batches` count from the last such message on; they took the sink `took_s`,
    None where the sink has only just got them.
    """

    tenure: int
    partition_id: int
    offset: int
    messages: int
    batches: int
    took_s: float | None


# What is to be sent to one stream.
Part: TypeAlias = tuple[SourceStream, Outgoing]


@dataclass(frozen=True, slots=True, kw_only=True)
class SendBatch(Control):
    """To the producer: one batch of a source, for each of its streams in file order."""

    source: Ref
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsendable:
    """A record that can never be sent, by its row in what was to be sent to `stream`."""

    stream: SourceStream
    row: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSent(Control):
    """Iggy has the whole batch, `sent` messages in all, but for those that are `unsendable`."""

    sent: int
    unsendable: tuple[Unsendable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRefused(Control):
    """Iggy does not take the batch for its size, now or later; the rest of it was not sent."""

    error: Exception


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchGivenUp(Control):
    """The batch, or the rest of it, was not sent because the producer is to end."""
