"""A whole sink on a real broker: supervisor, consumer and plugin, and a clock for the test.

What the plugin takes is in `taken`, as (partition, offset), in order.
"""

import contextlib
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

import pykka

from actors.connector_supervisor import ConnectorSupervisor
from actors.core import Ref, tell
from actors.iggy.iggy_consumer import IggyConsumer
from actors.lifecycle import ConnectorStopped, StopConnector
from actors.queries import ConnectorView
from actors.services import Services
from actors.status_board import STATUS_BOARD, ConnectorChanged
from config.model import Schema, SinkConfig
from config.policies import ErrorsConfig, OffsetCommit, Tolerance
from connectors import Batch
from tests.actors.configurations import sink_config
from tests.actors.iggy.connecting import iggy_config
from tests.actors.iggy.topic import Topic
from tests.actors.staged_plugins import Stage
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

T = TypeVar("T")

LIMIT_S = 10.0
BATCH = 10
_STEP_S = 0.1


class WholeSink:
    """Reads `topic` in batches of 10; `takes` may refuse what is offered."""

    def __init__(
        self,
        services: Services,
        timer: ManualTimer,
        stage: Stage,
        topic: Topic,
        *,
        address: str | None = None,
        schema: Schema = Schema.RAW,
        tolerance: Tolerance = Tolerance.SKIP,
        offset_commit: OffsetCommit = OffsetCommit.AFTER_CONSUMING,
    ) -> None:
        self.stage = stage
        self.parent, self.board = Probe(), Probe()
        self.taken: list[tuple[int, int]] = []
        self.takes: Callable[[Batch], None] = lambda _: None
        stage.takes = self._take
        self._timer = timer
        self._topic = topic
        services.directory.register(STATUS_BOARD, self.board.ref)
        self.ref: Ref = ConnectorSupervisor.start(
            self.parent.lineage(),
            services=services,
            iggy=iggy_config(address or topic.address),
            config=_config(stage.key, topic, schema, tolerance, offset_commit),
        )

    def offered(self) -> list[bytes]:
        """Wait for the next `consume`, moving the clock, and return its payloads."""
        return self.until(lambda: self._called("consume"))

    def stored(self) -> int | None:
        """Return the stored offset of the first partition; None also while there is no group."""
        with contextlib.suppress(RuntimeError):
            return self._topic.stored()
        return None

    def until_stored(self, offset: int) -> None:
        """Move the clock until that offset is stored."""
        self.until(lambda: self.stored() == offset)

    def until(self, look: Callable[[], T], *, step_s: float = _STEP_S) -> T:
        """Move the clock until `look` is true, and return it."""
        ends_s = time.monotonic() + LIMIT_S
        while not (seen := look()):
            assert time.monotonic() < ends_s, f"seen last: {seen!r}"
            self._timer.advance(step_s)
            time.sleep(0.002)
        return seen

    def until_view(
        self, fits: Callable[[ConnectorView], bool], *, step_s: float = _STEP_S
    ) -> ConnectorView:
        """Move the clock until the sink is seen like that."""
        found: list[ConnectorView] = []

        def look() -> list[ConnectorView]:
            with contextlib.suppress(AssertionError):
                changed = self.board.expect(
                    ConnectorChanged, where=lambda one: fits(one.view), timeout_s=0.005
                )
                found.append(changed.view)
            return found

        return self.until(look, step_s=step_s)[0]

    def lose_its_consumer(self) -> None:
        """End the client that reads as a crash does: nothing more is stored by it."""
        (consumer,) = pykka.ActorRegistry.get_by_class(IggyConsumer)
        consumer.stop(block=False)

    def stop(self) -> None:
        """Have it end in order, and wait for that."""
        tell(self.ref, StopConnector())
        self.stopped()

    def stopped(self) -> None:
        """Wait until it has ended."""
        assert self.parent.expect(ConnectorStopped).left_behind == 0

    def _take(self, batch: Batch) -> None:
        self.takes(batch)
        self.taken += [(batch.partition_id, offset) for offset in batch.offsets]

    def _called(self, method: str) -> list[bytes]:
        with contextlib.suppress(AssertionError):
            return list(self.stage.expect(method, timeout_s=0.005).payloads)
        return []


def _config(
    key: str, topic: Topic, schema: Schema, tolerance: Tolerance, offset_commit: OffsetCommit
) -> SinkConfig:
    config = sink_config(key, where=topic.where)
    stream = replace(config.streams[0], schema=schema, batch_length=BATCH)
    return replace(
        config,
        streams=(stream,),
        errors=ErrorsConfig(tolerance=tolerance),
        offset_commit=offset_commit,
    )
