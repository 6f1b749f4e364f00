"""A SinkConnector between probes: one for its supervisor, its consumer, and the dead letters."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from actors.core import Ref, tell
from actors.data_path import BatchWritten, Demand, Fetch, FetchReady, SendBatch
from actors.fetch_work import Reads
from actors.reports import Counted, Troubled
from actors.services import Services
from actors.sink_connector import SinkConnector
from config.model import Schema, SinkConfig, TransformConfig
from config.policies import ErrorsConfig, RetryConfig, Tolerance
from tests.actors.configurations import sink_config
from tests.actors.staged_plugins import Stage
from tests.connectors.messages import Message
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

LONGEST_PAUSE_S = 30.0
_DEADLINE_S = 10.0


def configured(
    key: str,
    *,
    schema: Schema = Schema.RAW,
    batch_length: int = 10,
    max_attempts: int | None = None,
    tolerance: Tolerance = Tolerance.SKIP,
    transforms: tuple[TransformConfig, ...] = (),
) -> SinkConfig:
    """Return the configuration of a sink with one topic, `shop/orders`."""
    config = sink_config(key)
    stream = replace(
        config.streams[0],
        stream="shop",
        topics=("orders",),
        schema=schema,
        batch_length=batch_length,
    )
    return replace(
        config,
        streams=(stream,),
        retry=RetryConfig(max_attempts=max_attempts),
        errors=ErrorsConfig(tolerance=tolerance),
        transforms=transforms,
    )


class StagedSinkConnector:
    """A running SinkConnector whose plugin is on `stage`, and whose clock only the test moves."""

    def __init__(self, services: Services, timer: ManualTimer, stage: Stage, config: SinkConfig):
        self.stage = stage
        self.supervisor, self.consumer, self.dead_letters = Probe(), Probe(), Probe()
        self._timer = timer
        reads = Reads(stream=config.streams[0], topic="orders")
        self.ref: Ref = SinkConnector.start(
            self.supervisor.lineage("plugin"),
            services=services,
            config=config,
            consumers={self.consumer.ref: reads},
            dead_letters=self.dead_letters.ref,
        )

    def demands(self) -> int:
        """Wait until more is wanted, and return how many fetches."""
        return self.consumer.expect(Demand).fetches

    def fetched(
        self, messages: Sequence[Message], *, partition_id: int = 0, tenure: int = 1
    ) -> None:
        """Be a consumer that has fetched."""
        fetch = Fetch(
            tenure=tenure,
            partition_id=partition_id,
            messages=messages,
            current_offset=messages[-1].offset(),
        )
        tell(self.ref, FetchReady(consumer=self.consumer.ref, fetch=fetch))

    def offered(self) -> list[bytes]:
        """Wait for the next `consume` and return its payloads."""
        return list(self.stage.expect("consume").payloads)

    def written(self) -> int:
        """Wait until something is confirmed, and return up to which offset."""
        return self.consumer.expect(BatchWritten).offset

    def troubled(self) -> Troubled:
        """Wait until trouble is reported."""
        return self.supervisor.expect(Troubled)

    def retry(self) -> None:
        """Let the pause pass that the sink makes after a failure."""
        self.troubled()
        self.settle()
        self._timer.advance(LONGEST_PAUSE_S)

    def settle(self) -> None:
        """Wait until all that was told so far is handled."""
        self.ref.ask("all control messages are handled before this", timeout=5)

    def retry_until_written(self, offset: int) -> None:
        """Let pause after pause pass, until all up to `offset` is confirmed."""
        ends_s = time.monotonic() + _DEADLINE_S
        while True:
            self._timer.advance(LONGEST_PAUSE_S)
            with contextlib.suppress(AssertionError):
                self.consumer.expect(
                    BatchWritten, where=lambda written: written.offset == offset, timeout_s=0.01
                )
                return
            assert time.monotonic() < ends_s, f"offset {offset} is not confirmed"

    def counted(self, **counts: int) -> None:
        """Wait until that is counted."""
        self.supervisor.expect(
            Counted,
            where=lambda report: all(getattr(report, name) == n for name, n in counts.items()),
        )

    def dead_letter(self) -> SendBatch:
        """Wait until dead letters are to be sent."""
        return self.dead_letters.expect(SendBatch)

    def confirms_nothing(self) -> None:
        """Fail if anything was confirmed until now that nobody expected."""
        self.settle()
        self.consumer.ref.tell("that was all")
        self.consumer.expect_none(BatchWritten, before=str)


class StartSink(Protocol):
    """Starts a sink, opened and with its demand told."""

    def __call__(self, config: SinkConfig | None = None) -> StagedSinkConnector: ...


def numbers(count: int, *, first_offset: int = 0) -> list[Message]:
    """Return messages whose payload is their offset."""
    return [
        Message(str(offset).encode(), offset)
        for offset in range(first_offset, first_offset + count)
    ]
