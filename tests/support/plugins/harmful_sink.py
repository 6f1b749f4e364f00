"""A sink that harms the process it runs in."""

import ctypes
import os
from pathlib import Path

from connectors import Batch
from tests.support.plugins.recording_sink import RecordingSink


class HarmfulSink(RecordingSink):
    """Does the `harm` before the first batch with the value `harm_on` while `armed` is there.

    Where `disarms`, the file goes first, so that it happens once. What its process is, the file
    `process` says while it is in a `consume` that ends nothing.
    """

    def consume(self, batch: Batch) -> None:
        """Do harm, or record."""
        armed = Path(self.config["armed"])
        if self.config["harm_on"] in batch.values and armed.exists():
            Path(self.config["process"]).write_text(str(os.getpid()))
            if self.config["disarms"]:
                armed.unlink()
            _HARMS[self.config["harm"]]()
        super().consume(batch)


def _segfault() -> None:
    ctypes.string_at(0)


def _exit() -> None:
    os._exit(3)


def _hold_the_interpreter() -> None:
    ctypes.PyDLL(None).pause()


def _leak() -> None:
    leaked = []
    while True:
        leaked.append(bytearray(os.urandom(1_000_000)))


_HARMS = {"segfault": _segfault, "exit": _exit, "hold": _hold_the_interpreter, "leak": _leak}
