"""The interface between the runtime and a plugin: two classes to subclass, and what they are given.

Every method is called from one thread of the connector's own, one call at a time; a plugin may
block. The order of events is `open`, then `consume` or `poll` again and again, then `close`.
`close` is called once, also after a failed `open`, and never while another call runs.

Any method may be an `async def`: it then runs on an event loop that the plugin has for itself.
Such an `open` or `poll` is cancelled at its next `await` when `stopping` is set.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable
from typing import Any, ClassVar

from marshmallow import Schema

from connectors.batch import Batch
from connectors.produced import Produced
from connectors.stopping import Stopping


class Plugin:
    """What sinks and sources are given by the runtime before `open`.

    `Config` is the marshmallow schema of the `plugin_config` table; without one `config` is that
    table as plain data. `key` is the connector's key, `log` its logger.
    """

    Config: ClassVar[type[Schema] | None] = None

    key: str
    log: logging.Logger
    config: Any
    stopping: Stopping


class Sink(Plugin, ABC):
    """Takes messages out of Iggy."""

    def open(self) -> Awaitable[None] | None:
        """Connect and prepare; raising keeps the connector from running."""

    @abstractmethod
    def consume(self, batch: Batch) -> Awaitable[None] | None:
        """Write `batch` (messages of one partition, in order); return when it is safe there.

        The offsets move only after the return. Raise for the whole batch (it is offered again), or
        call `batch.reject(record, error)` for single records, which counts when `consume` returns.
        """

    def close(self) -> Awaitable[None] | None:
        """Let go of everything; must not raise for being called after a failed `open`."""


class Source(Plugin, ABC):
    """Brings messages into Iggy."""

    def open(self, state: bytes | None) -> Awaitable[None] | None:
        """Connect and prepare, going on from `state`: what was last saved, or None."""

    @abstractmethod
    def poll(self) -> Awaitable[Produced | None] | Produced | None:
        """Return the next records, or None when there are none now.

        Paces itself with `self.stopping.wait(seconds)` and returns within 1 s of stopping.
        It is called again only after `on_batch_result` of the batch before.
        """

    def on_batch_result(self, accepted: bool) -> Awaitable[None] | None:
        """Learn what became of the last batch.

        True: Iggy has it and its state is saved, so that cursors may move and rows be deleted.
        False: it was given up, and the next `poll` is to yield it again.
        """

    def close(self) -> Awaitable[None] | None:
        """Let go of everything; must not raise for being called after a failed `open`."""
