"""A source whose methods are all `async def`, for tests to build on."""

import asyncio
import logging
import threading

from connectors import Produced, ProducedRecord, Source
from connectors.create import create_plugin

PRODUCED = Produced([ProducedRecord({"n": 1})])


class AsyncSource(Source):
    def __init__(self) -> None:
        self.results: list[bool] = []
        self.polling = threading.Event()
        self.cleaned_up = False

    async def open(self, state: bytes | None) -> None:
        self.state = state

    async def poll(self) -> Produced | None:
        if self.state is None:
            return PRODUCED
        self.polling.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cleaned_up = True
        return None

    async def on_batch_result(self, accepted: bool) -> None:
        self.results.append(accepted)


def made(plugin_class: type[Source], stopping: threading.Event | None = None) -> Source:
    return create_plugin(
        plugin_class,
        key="async",
        log=logging.getLogger("async"),
        plugin_config=None,
        stopping=stopping or threading.Event(),
    )
