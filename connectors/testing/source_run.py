"""A source's life over all its restarts, as Iggy and the state file see it."""

import time
from typing import Protocol

from config.model import Schema
from connectors.outgoing import encode_produced
from connectors.produced import Produced
from connectors.testing.plugin_thread import limit_text
from connectors.transforms import TransformChain

Payloads = list[str | bytes]


class PolledSource(Protocol):
    """An open source, in whatever thread or process it is."""

    def poll(self) -> Produced | None:
        """Return what it has now."""

    def on_batch_result(self, accepted: bool) -> None:
        """Tell it what became of the last batch."""


class SourceRun:
    """`sent` is what is in Iggy, `state` what was last saved; records must come in `limit_s`."""

    def __init__(self, schema: Schema, limit_s: float) -> None:
        self.sent: Payloads = []
        self.state: bytes | None = None
        self._covered = 0  # by the state, of what was sent
        self._schema = schema
        self._limit_s = limit_s

    def next(self, source: PolledSource) -> Produced:
        """Return the next batch that has records, of which the source is to be told."""
        end_s = time.monotonic() + self._limit_s
        while time.monotonic() < end_s:
            produced = source.poll()
            if produced is None:
                continue
            if self.payloads(produced):
                return produced
            self.send(produced)
            source.on_batch_result(accepted=True)
        raise AssertionError(f"poll gives no records within {limit_text(self._limit_s)}")

    def payloads(self, produced: Produced) -> Payloads:
        """Return what Iggy would get. Raises AssertionError where it cannot be sent."""
        outgoing = encode_produced(produced, schema=self._schema, chain=TransformChain())
        for rejection in outgoing.rejections:
            raise AssertionError(f"record {rejection.index} cannot be sent: {rejection.error}")
        return outgoing.payloads

    def send(self, produced: Produced) -> None:
        """Put the records into Iggy and save the state, without telling the source."""
        self.sent += self.payloads(produced)
        if produced.state is not None:
            self.state, self._covered = produced.state, len(self.sent)

    def accept(self, source: PolledSource) -> None:
        """Send the next batch, and acknowledge it."""
        self.send(self.next(source))
        source.on_batch_result(accepted=True)

    def refuse(self, source: PolledSource) -> None:
        """Give up the next batch."""
        self.next(source)
        source.on_batch_result(accepted=False)

    def restart(self) -> bytes | None:
        """Return the state to open it with; what that does not cover is to be sent again."""
        del self.sent[self._covered :]
        return self.state

    def expect_begin_of(self, wanted: Payloads, when: str) -> None:
        """Raise AssertionError unless what was sent is `wanted`, as far as either goes."""
        for at, (found, due) in enumerate(zip(self.sent, wanted, strict=False)):
            if found != due:
                what = "comes twice" if found in wanted[:at] else f"comes instead of {due!r}"
                raise AssertionError(f"{found!r} {what} {when}")
