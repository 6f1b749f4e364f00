"""What arrived at the target: read as it grows, and judged as a whole."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Delivery(NamedTuple):
    """One batch: by which runtime, in which life of its plugin, and what."""

    runtime: str
    run: str
    partition: int
    offsets: list[int]
    numbers: list[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What of the `sent` numbers of each partition arrived, and how.

    `lost` are (partition, number). `duplicates` counts messages that came again; `skips` are where
    a delivery went beyond the next message that nobody had delivered yet. `turns_back` counts, for
    the worst partition, how often deliveries went back to what was delivered before.
    """

    messages: int
    lost: list[tuple[int, int]]
    duplicates: int
    skips: list[str]
    turns_back: int


class Deliveries:
    """Follows the target's file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_bytes = 0
        self.all: list[Delivery] = []

    def new(self) -> list[Delivery]:
        """Return what came since the last call."""
        if not self._file.exists():
            return []
        with self._file.open("rb") as file:
            file.seek(self._read_bytes)
            lines = file.read().splitlines(keepends=True)
        whole = [line for line in lines if line.endswith(b"\n")]
        self._read_bytes += sum(map(len, whole))
        new = [Delivery(*json.loads(line)) for line in whole]
        self.all += new
        return new

    def has_all(self, sent: Sequence[int]) -> bool:
        """Tell whether every number was delivered."""
        self.new()
        return not judge(self.all, sent).lost


def judge(deliveries: Sequence[Delivery], sent: Sequence[int]) -> Verdict:
    """Judge all deliveries, in the order in which they came; `sent` counts by partition."""
    delivered: list[set[int]] = [set() for _ in sent]
    numbers: list[set[int]] = [set() for _ in sent]
    turns_back, next_offset = [0] * len(sent), [0] * len(sent)
    messages, skips = 0, []
    for delivery in deliveries:
        at = delivery.partition
        messages += len(delivery.offsets)
        first, last = delivery.offsets[0], delivery.offsets[-1]
        if delivery.offsets != list(range(first, last + 1)):
            skips.append(f"partition {at}: within {first} to {last}")
        if first > len(delivered[at]):
            skips.append(f"partition {at}: from {len(delivered[at])} to {first}")
        turns_back[at] += first < next_offset[at]
        next_offset[at] = last + 1
        delivered[at].update(delivery.offsets)
        numbers[at].update(delivery.numbers)
    return Verdict(
        messages=messages,
        lost=[
            (partition, number)
            for partition, count in enumerate(sent)
            for number in sorted(set(range(count)) - numbers[partition])
        ],
        duplicates=messages - sum(map(len, delivered)),
        skips=skips,
        turns_back=max(turns_back),
    )
