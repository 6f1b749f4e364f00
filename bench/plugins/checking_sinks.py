"""Sinks that look at everything they get, and report when they have got all of it."""

import json
import time
from abc import abstractmethod
from pathlib import Path

from connectors import Batch, FatalError, Sink

_PAYLOAD_BYTES = 200


class CheckingSink(Sink):
    """Writes to the file `report` when it has got `expected` messages.

    The report holds the monotonic times of the first and of the last `consume`.
    """

    def open(self) -> None:
        """Begin to count."""
        self._left = int(self.config["expected"])
        self._first_s = 0.0

    def consume(self, batch: Batch) -> None:
        """Check and count."""
        self._first_s = self._first_s or time.monotonic()
        self.check(batch)
        self._left -= len(batch)
        if self._left == 0:
            report = Path(self.config["report"])
            unfinished = report.with_suffix(".tmp")
            unfinished.write_text(json.dumps([self._first_s, time.monotonic()]))
            unfinished.replace(report)

    @abstractmethod
    def check(self, batch: Batch) -> None:
        """Raise FatalError unless all records are as they should be."""


class LengthSink(CheckingSink):
    """Reads every payload as bytes and checks their total length."""

    def check(self, batch: Batch) -> None:
        """Add up the lengths."""
        if sum(map(len, batch.payloads)) != len(batch) * _PAYLOAD_BYTES:
            raise FatalError("the payloads do not have the expected length")


class FieldSink(CheckingSink):
    """Checks in every record the field that `add_fields` has added."""

    def check(self, batch: Batch) -> None:
        """Look at each value."""
        if not all(value["added"] == "by bench" for value in batch.values):
            raise FatalError("a record lacks the added field")
