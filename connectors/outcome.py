"""What became of the records of a batch that did not get through."""

from dataclasses import dataclass

from connectors.errors import RecordError


@dataclass(frozen=True, slots=True)
class Rejection:
    """One record that could not be handled, by its offset."""

    offset: int
    error: RecordError


@dataclass(frozen=True, slots=True)
class BatchOutcome:
    """What is to be counted when a batch is done.

    `rejections` are in the order of the offsets; `filtered` records were left out on purpose.
    """

    rejections: tuple[Rejection, ...]
    filtered: int
