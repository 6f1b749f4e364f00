"""A source that was built for the reference runtime, as a plugin like any other.

The library polls in threads of its own and hands its batches over by a callback; `poll` takes
them from there. One batch is under way at a time: the library waits for our verdict, but gives up
after 30 s. Most of the reference's sources have moved on by then, so whatever it hands over after
a batch that was not accepted, or too late, is refused, and the instance gives way to a new one
that goes on from the saved state.
"""

import threading
import time
from typing import ClassVar, NamedTuple

import orjson

from connectors.native.errors import NativePluginError, PostcardError
from connectors.native.library import Library, check_opened
from connectors.native.postcard import decode_produced
from connectors.plugin import Source
from connectors.produced import Produced

_ACK, _NACK = 0, 1
_LATE_AFTER_S = 25.0
_POLL_S = 1.0
_LOOK_EVERY_S = 0.05


class _HandedOver(NamedTuple):
    number: int
    data: bytes
    since_s: float


class NativeSource(Source):
    """Calls one instance of `library`, which a subclass names."""

    library: ClassVar[Library]

    def __init__(self) -> None:
        self._instance: int | None = None
        self._saved: bytes | None = None
        self._produced_state: bytes | None = None
        # The batch under way, until our verdict: the library's threads find the place taken.
        self._batch: _HandedOver | None = None
        self._is_to_reopen = False
        self._condition = threading.Condition()

    def open(self, state: bytes | None) -> None:
        """Open an instance. Raises ConfigError where its configuration does not suit it."""
        self._saved = state
        self._open()

    def poll(self) -> Produced | None:
        """Return what the library has handed over, within a second."""
        if self._is_to_reopen:
            self.log.info("Opening the plugin again, from the saved state")
            self.close()
            self._open()
        batch = self._wait_for_batch()
        if batch is None:
            return None
        try:
            produced = decode_produced(batch.data)
        except PostcardError as error:
            self._conclude(batch, _NACK)
            raise NativePluginError(f"{self.library.name} produced garbage: {error}") from error
        self._produced_state = produced.state
        return produced

    def on_batch_result(self, accepted: bool) -> None:
        """Tell the library; what it would go on with after a late verdict is not wanted."""
        if accepted and self._produced_state is not None:
            self._saved = self._produced_state
        if self._batch is not None:
            self._conclude(self._batch, _ACK if accepted else _NACK)

    def close(self) -> None:
        """Close the instance; no batch comes afterwards."""
        instance, self._instance = self._instance, None
        if instance is not None:
            self.library.functions.iggy_source_close(instance)
            self.library.forget_instance(instance)
        self._batch = None

    def _open(self) -> None:
        functions, options, saved = self.library.functions, orjson.dumps(self.config), self._saved
        self._instance = self.library.new_instance(self.log, self._hand_over)
        log_callback = self.library.log_callback
        code = functions.iggy_source_open(
            self._instance, options, len(options), saved, len(saved or b""), log_callback
        )
        check_opened(self.library, code)
        self._is_to_reopen = False
        code = functions.iggy_source_handle_v2(self._instance, self.library.send_callback)
        if code != 0:
            self._is_to_reopen = True
            raise NativePluginError(f"{self.library.name} does not begin to poll (result {code})")

    def _hand_over(self, number: int, data: bytes) -> bool:
        """Keep a batch for `poll`; False refuses it. Called in a thread of the library."""
        with self._condition:
            if self._batch is not None or self._is_to_reopen:
                return False
            self._batch = _HandedOver(number, data, time.monotonic())
            self._condition.notify()
            return True

    def _wait_for_batch(self) -> _HandedOver | None:
        end_s = time.monotonic() + _POLL_S
        with self._condition:
            while self._batch is None:
                if time.monotonic() >= end_s or self.stopping.is_set():
                    return None
                self._condition.wait(_LOOK_EVERY_S)
            return self._batch

    def _conclude(self, batch: _HandedOver, verdict: int) -> None:
        """Give the verdict; unless it is a timely Ack, take nothing more from this instance."""
        with self._condition:
            is_late = time.monotonic() - batch.since_s >= _LATE_AFTER_S
            self._is_to_reopen = verdict != _ACK or is_late
            self._batch = None
        give = self.library.functions.iggy_source_batch_result
        if give(self._instance, batch.number, verdict) != 0:
            self._is_to_reopen = True
