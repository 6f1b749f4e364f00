"""A sink or a source in a process of its own, which ends by SIGKILL, as in a crash."""

import inspect
import logging
import os
import threading
import time
from typing import Any, Self

from config.errors import ConfigError
from config.model import Kind
from connectors.batch import Batch
from connectors.isolation.batch_frame import OPTIONAL_COLUMNS, batch_frame
from connectors.isolation.errors import PluginDiedError
from connectors.isolation.plugin_process import Patience, PluginProcess
from connectors.isolation.produced_frame import read_produced
from connectors.plugin import Plugin, Sink
from connectors.produced import Produced
from connectors.testing.plugin_thread import limit_text

_STARTS_WITHIN_S = 30.0  # Python and all that the plugin imports, on a busy machine
_LOG = logging.getLogger("connector.contract")


class _Process(PluginProcess):
    def kill(self) -> None:
        self._kill("by its contract suite")
        self.end()


class KilledPlugin:
    """Its process lives as long as the `with`, and shares no memory with the test's.

    Its output is logged. The calls raise what the plugin raises, and AssertionError when its
    process ends or does not answer within `limit_s`.
    """

    def __init__(self, plugin_class: type[Plugin], plugin_config: object, limit_s: float) -> None:
        """Start it. Raises AssertionError where the process does not find the class."""
        self._limit_s = limit_s
        name = plugin_class.__name__
        kind = Kind.SINK if issubclass(plugin_class, Sink) else Kind.SOURCE
        settings = {
            "kind": str(kind),
            "key": "contract",
            "plugin_config": plugin_config,
            "log": _LOG.name,
            "log_level": _LOG.getEffectiveLevel(),
            "root_level": logging.getLogger().getEffectiveLevel(),
            "python_path": os.environ.get("PYTHONPATH"),
        }
        try:
            self._process = _start({**settings, "path": f"{plugin_class.__module__}:{name}"})
        except ConfigError:  # pytest can import modules under names that nobody else can
            path = f"{inspect.getfile(plugin_class)}:{name}"
            try:
                self._process = _start({**settings, "path": path})
            except ConfigError as error:
                raise AssertionError(f"no process of its own for the plugin: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()

    def open(self, state: bytes | None = None) -> None:
        """Open it; sinks have no state."""
        self._call("open", state)

    def consume(self, batch: Batch) -> None:
        """Have a sink consume the batch."""
        self._call("consume", batch_frame(batch, OPTIONAL_COLUMNS))

    def poll(self) -> Produced | None:
        """Return what a source has now."""
        return read_produced(self._call("poll", None))

    def on_batch_result(self, accepted: bool) -> None:
        """Tell a source what became of the last batch."""
        self._call("on_batch_result", accepted)

    def _call(self, hook: str, argument: object) -> Any:
        began_s = time.monotonic()
        try:
            return self._process.call(hook, argument, Patience(limit_s=self._limit_s))
        except PluginDiedError as error:
            if time.monotonic() - began_s < self._limit_s:
                raise AssertionError(str(error)) from error
            limit = limit_text(self._limit_s)
            raise AssertionError(f"{hook} has not returned within {limit}") from error


def _start(settings: dict[str, object]) -> _Process:
    process = _Process(settings, log=_LOG, stopping=threading.Event(), memory_limit_bytes=None)
    try:
        process.call("make", None, Patience(limit_s=_STARTS_WITHIN_S))
    except BaseException:
        process.kill()
        raise
    return process
