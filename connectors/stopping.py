"""How a plugin learns that its connector is about to end, in blocking and in asynchronous code."""

import asyncio
import time
from typing import Protocol

_LOOK_EVERY_S = 0.05


class Stopping(Protocol):
    """Tells a plugin that its connector is about to end; a `threading.Event` fits."""

    def wait(self, timeout: float | None = None, /) -> bool:
        """Sleep for at most `timeout` seconds; True as soon as it is time to end."""

    def is_set(self) -> bool:
        """Tell whether it is time to end."""


async def wait_async(stopping: Stopping, timeout_s: float) -> bool:
    """Sleep for at most `timeout_s` seconds; True as soon as it is time to end.

    What `stopping.wait` is for blocking code: it lets the other tasks of the loop run.
    """
    end_s = time.monotonic() + timeout_s
    while not stopping.is_set():
        left_s = end_s - time.monotonic()
        if left_s <= 0:
            return False
        await asyncio.sleep(min(left_s, _LOOK_EVERY_S))
    return True
