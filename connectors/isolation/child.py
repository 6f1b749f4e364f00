"""The process that a plugin has for itself: `python -m connectors.isolation.child`.

The main thread does what the runtime asks for, one call at a time. Settings come over the
connection, so that no argument and no variable shows them. A second connection carries log records
out, and one byte in: it is time to end. When the runtime goes, so does this process: by the kernel
even while something holds the interpreter for ever, else when that second connection ends.
"""

import ctypes
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, Final

from config.model import Kind
from connectors.blocking import BlockingSink, BlockingSource
from connectors.create import create_plugin
from connectors.isolation.batch_frame import read_batch
from connectors.isolation.channel import Channel, ChannelError
from connectors.isolation.child_log import ChildLogHandler
from connectors.isolation.error_frame import error_frame
from connectors.isolation.produced_frame import produced_frame
from connectors.plugin import Sink
from connectors.registry import find_plugin

_PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Serve until the runtime closes the connection; does not return."""
    calls, side, parent = map(int, sys.argv[1:])
    _end_with(parent)
    # A stop is the runtime's to decide, also where a signal goes to all processes of a service.
    # A handler, not SIG_IGN, which processes that the plugin starts would inherit.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _ignore)
    for descriptor in (calls, side):
        os.set_inheritable(descriptor, False)
    channel = Channel(socket.socket(fileno=calls))
    try:
        _serve(channel, socket.socket(fileno=side))
    except ChannelError:
        pass
    finally:
        # Without teardown: threads of a library may still run.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


class _PluginCalls:
    """What the runtime can ask for, by name."""

    def __init__(
        self, settings: dict[str, Any], stopping: threading.Event, questions: "_Questions"
    ) -> None:
        self._settings = settings
        self._questions = questions
        self._columns_read: set[str] = set()
        self._stopping = stopping
        self._sink: BlockingSink | None = None
        self._source: BlockingSource | None = None

    def make(self, _: object) -> str:
        """Find and create the plugin; return its version."""
        settings = self._settings
        kind = Kind(settings["kind"])
        found = find_plugin(settings["path"], kind, owner=settings["key"])
        plugin = create_plugin(
            found.plugin_class,
            key=settings["key"],
            log=logging.getLogger(settings["log"]),
            plugin_config=settings["plugin_config"],
            stopping=self._stopping,
        )
        if isinstance(plugin, Sink):
            self._sink = BlockingSink(plugin)
        else:
            self._source = BlockingSource(plugin)
        return found.version

    def open(self, state: bytes | None) -> None:
        """Open it; sinks have no state."""
        if self._source is not None:
            self._source.open(state)
        if self._sink is not None:
            self._sink.open()

    def consume(self, frame: dict[str, Any]) -> dict[str, object]:
        """Hand a batch to the sink; return what was rejected, and what it has ever read."""
        ask = partial(self._questions.ask, self._questions.which)
        batch = read_batch(frame, ask, self._columns_read)
        assert self._sink is not None  # noqa: S101
        self._sink.consume(batch)
        return {
            "rejections": [(one.offset, str(one.error)) for one in batch.outcome.rejections],
            "columns": sorted(self._columns_read),
        }

    def poll(self, _: object) -> dict[str, object] | None:
        """Return what the source has."""
        assert self._source is not None  # noqa: S101
        return produced_frame(self._source.poll())

    def on_batch_result(self, accepted: bool) -> None:
        """Tell the source."""
        assert self._source is not None  # noqa: S101
        self._source.on_batch_result(accepted)

    def close(self, _: object) -> None:
        """Close the plugin."""
        for plugin in (self._sink, self._source):
            if plugin is not None:
                plugin.close()


class _Questions:
    """Asks the runtime for something during a call, from whatever thread the plugin uses."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._lock = threading.Lock()
        self.which: list[int] = []

    def allow(self, which: list[int]) -> None:
        """Take note of which call is under way; an empty list for none."""
        with self._lock:
            self.which = which

    def ask(self, which: list[int], what: str) -> Any:
        """Return the answer; raises RuntimeError when that call is over."""
        with self._lock:
            if self.which != which:
                raise RuntimeError(f"{what} of a batch can be read only while it is consumed")
            self._channel.send([*which, what])
            return self._channel.receive()


def _serve(channel: Channel, side: socket.socket) -> None:
    settings = channel.receive()
    # It is set for this process alone, not for those that the plugin starts.
    del os.environ["PYTHONPATH"]
    if settings["python_path"] is not None:
        os.environ["PYTHONPATH"] = settings["python_path"]
    logging.getLogger().addHandler(ChildLogHandler(side))
    logging.getLogger().setLevel(settings["root_level"])
    logging.getLogger(settings["log"]).setLevel(settings["log_level"])
    stopping = threading.Event()
    threading.Thread(target=_watch, args=(side, stopping), name="runtime", daemon=True).start()
    questions = _Questions(channel)
    calls = _PluginCalls(settings, stopping, questions)
    while True:
        *which, name, argument = channel.receive()
        questions.allow(which)
        outcome = _outcome(getattr(calls, name), argument)
        questions.allow([])
        channel.send([*which, *outcome])


def _outcome(call: Callable[[Any], object], argument: object) -> tuple[object, object]:
    """Return a result and no error, or no result and an error."""
    try:
        return call(argument), None
    except BaseException as error:  # noqa: BLE001, plugins raise SystemExit too
        return None, error_frame(error)


def _watch(side: socket.socket, stopping: threading.Event) -> None:
    while side.recv(1):
        stopping.set()
    os._exit(0)


def _end_with(parent: int) -> None:
    """Have the kernel end this process when the thread that started it ends."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "the parent-death signal cannot be set")
    if os.getppid() != parent:  # it ended before that
        os._exit(0)


def _ignore(_number: int, _frame: FrameType | None) -> None:
    pass


if __name__ == "__main__":
    main()
