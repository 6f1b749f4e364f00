"""Plugins of which one method never returns."""

import asyncio
import threading

from connectors import Batch, Produced, Sink, Source
from tests.contract.example_sources import GoodAsyncSource, GoodSource


def block() -> None:
    threading.Event().wait()


class BlockingInitSink(Sink):
    def __init__(self) -> None:
        block()

    def consume(self, batch: Batch) -> None: ...


class BlockingOpenSink(Sink):
    def open(self) -> None:
        block()

    def consume(self, batch: Batch) -> None: ...


class BlockingConsumeSink(Sink):
    def consume(self, batch: Batch) -> None:  # noqa: ARG002
        block()


class BlockingCloseSink(Sink):
    def consume(self, batch: Batch) -> None: ...

    def close(self) -> None:
        block()


class BlockingAsyncSink(Sink):
    async def consume(self, batch: Batch) -> None:  # noqa: ARG002
        await asyncio.Event().wait()


class BlockingPollSource(Source):
    def poll(self) -> Produced | None:
        block()
        return None


class BlockingVerdictSource(GoodSource):
    def on_batch_result(self, accepted: bool) -> None:  # noqa: ARG002
        block()


class BlockingAsyncSource(GoodAsyncSource):
    async def on_batch_result(self, accepted: bool) -> None:  # noqa: ARG002
        await asyncio.Event().wait()
