"""Plugins that do what a test wants, and tell its probe what is called."""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from actors.core import tell
from connectors import Batch, Produced, Sink, Source
from tests.support.probe import Probe

_GATE_LIMIT_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginCalled:
    """A method of a staged plugin was called, with what it got."""

    method: str
    payloads: tuple[bytes, ...] = ()
    state: bytes | None = None


class Stage:
    """What the plugins of one connector do; `key` is that connector's key.

    `open`, `consume` and `close` wait for their gates, which stand open; each `open` takes the
    next of `open_errors`, while there are any, and raises it after that. `consume` then does what
    `takes` does. `poll` raises the next of `poll_errors`, or returns the next of `produced`.
    `close` raises `close_error`.
    """

    def __init__(self, key: str) -> None:
        self.key = key
        self.probe = Probe()
        self.may_open = threading.Event()
        self.may_consume = threading.Event()
        self.may_close = threading.Event()
        self.open_errors: deque[BaseException] = deque()
        self.takes: Callable[[Batch], None] = lambda _: None
        self.poll_errors: deque[BaseException] = deque()
        self.close_error: BaseException | None = None
        self.produced: deque[Produced] = deque()
        self.release()

    def release(self) -> None:
        """Let everything that waits go on."""
        self.may_open.set()
        self.may_consume.set()
        self.may_close.set()

    def expect(self, method: str, *, timeout_s: float = 5.0) -> PluginCalled:
        """Wait for a call of that method."""
        return self.probe.expect(
            PluginCalled, where=lambda called: called.method == method, timeout_s=timeout_s
        )

    def tell(self, called: PluginCalled) -> None:
        """Be told of a call."""
        tell(self.probe.ref, called)

    def opened(self, state: bytes | None = None) -> None:
        """Be called by a plugin that is opened."""
        error = self.open_errors.popleft() if self.open_errors else None
        self.tell(PluginCalled(method="open", state=state))
        self.may_open.wait(_GATE_LIMIT_S)
        if error is not None:
            raise error

    def closed(self) -> None:
        """Be called by a plugin that is closed."""
        self.tell(PluginCalled(method="close"))
        self.may_close.wait(_GATE_LIMIT_S)
        if self.close_error is not None:
            raise self.close_error


STAGES: dict[str, Stage] = {}


class StagedSink(Sink):
    def open(self) -> None:
        STAGES[self.key].opened()

    def consume(self, batch: Batch) -> None:
        stage = STAGES[self.key]
        stage.tell(PluginCalled(method="consume", payloads=tuple(batch.payloads)))
        stage.may_consume.wait(_GATE_LIMIT_S)
        stage.takes(batch)

    def close(self) -> None:
        STAGES[self.key].closed()


class StagedSource(Source):
    def open(self, state: bytes | None) -> None:
        STAGES[self.key].opened(state)

    def poll(self) -> Produced | None:
        stage = STAGES[self.key]
        if stage.poll_errors:
            raise stage.poll_errors.popleft()
        if stage.produced:
            return stage.produced.popleft()
        self.stopping.wait(0.01)
        return None

    def on_batch_result(self, accepted: bool) -> None:
        method = "accepted" if accepted else "given up"
        STAGES[self.key].tell(PluginCalled(method=method))

    def close(self) -> None:
        STAGES[self.key].closed()
