"""An IggyConsumer between two probes, with a clock of its own that only the test moves."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from actors.core import ChildDied, Ref, tell
from actors.data_path import BatchWritten, Demand, Fetch, FetchReady, TenuresEnded
from actors.iggy.group_topic import GroupTopic
from actors.iggy.iggy_consumer import IggyConsumer
from actors.iggy.iggy_loop import IggyLoop
from actors.lifecycle import Finish
from actors.reports import Troubled, Working
from actors.services import Services
from tests.actors.iggy.answers import DEADLINE_S
from tests.actors.iggy.connecting import iggy_config
from tests.support.manual_timer import ManualTimer
from tests.support.probe import Probe

BATCH = 5


class Reader:
    """Connects at once, and asks for `demand` fetches of at most `BATCH` messages."""

    def __init__(
        self,
        loop: IggyLoop,
        address: str,
        where: GroupTopic,
        *,
        demand: int = 0,
        min_batch: int = 1,
        linger_s: float = 0.0,
        repair_groups: bool = True,
        poll_interval_s: float = 0.005,
    ) -> None:
        self.timer = ManualTimer()
        self.parent = Probe()
        self.sink = Probe()
        # The loop waits, so that the consumer knows the demand before it is connected.
        with _held(loop):
            self.ref: Ref = IggyConsumer.start(
                self.parent.lineage("consumer"),
                services=Services(timer=self.timer, iggy_loop=loop),
                iggy=replace(iggy_config(address), repair_groups=repair_groups),
                where=where,
                batch_length=BATCH,
                poll_interval_s=poll_interval_s,
                min_batch=min_batch,
                linger_s=linger_s,
            )
            if demand:
                self.demand(demand)
            self.ref.ask("all that was told is handled before this", timeout=DEADLINE_S)

    def demand(self, fetches: int = 1) -> None:
        """Ask for more."""
        tell(self.ref, Demand(sink=self.sink.ref, fetches=fetches))

    def fetch(self) -> Fetch:
        """Wait for the next fetch."""
        ready = self.sink.expect_next(FetchReady)
        assert ready.consumer == self.ref
        return ready.fetch

    def fetch_later(self) -> Fetch:
        """Move the clock on until the next fetch comes."""
        ends_s = time.monotonic() + DEADLINE_S
        while time.monotonic() < ends_s:
            self.timer.advance(0.2)
            with suppress(AssertionError):
                return self.sink.expect_next(FetchReady, timeout_s=0.02).fetch
        raise AssertionError(f"no fetch within {DEADLINE_S} s")

    def confirm(self, fetch: Fetch, *, batches: int = 1, took_s: float = 1.0) -> None:
        """Say that all of a fetch is safe."""
        written = BatchWritten(
            tenure=fetch.tenure,
            partition_id=fetch.partition_id,
            offset=fetch.messages[-1].offset(),
            messages=len(fetch.messages),
            batches=batches,
            took_s=took_s,
        )
        tell(self.ref, written)

    def works(self) -> None:
        """Wait until it reports that it is a member."""
        self.parent.expect(Working)

    def settled(self) -> None:
        """Wait until it has nothing to do before the clock moves."""
        self.timer.wait_for_scheduled(object)

    def advance(self, seconds: float) -> None:
        """Move the clock, and wait until all that this brought about is done."""
        self.settled()
        self.timer.advance(seconds)
        self.settled()

    def is_lost(self) -> TenuresEnded:
        """Let it notice that its connection is gone, and wait for the ended tenures."""
        self.settled()
        self.timer.advance(1)
        self.parent.expect(Troubled)
        return self.sink.expect_next(TenuresEnded)

    def reconnects(self) -> None:
        """Let it connect again, and wait until it has."""
        self.timer.advance(2)
        self.works()

    def finish(self) -> None:
        """Tell it to finish, and wait until it has ended; the sink was told nothing more."""
        tell(self.ref, Finish())
        assert self.parent.expect(ChildDied).error is None
        self.sink.ref.tell("that was all")
        self.sink.expect_next(str)


def offsets(fetch: Fetch) -> list[int]:
    """Return the offsets of the messages."""
    return [message.offset() for message in fetch.messages]


@contextmanager
def _held(loop: IggyLoop) -> Iterator[None]:
    """Keep the loop from running anything else."""
    gate = threading.Event()

    async def wait() -> None:
        gate.wait(DEADLINE_S)

    loop.submit(wait, timeout_s=DEADLINE_S, on_done=lambda _: None)
    try:
        yield
    finally:
        gate.set()
