"""Asks the HTTP API at a steady pace, and remembers how long each answer took."""

import http.client
import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

REQUESTS_PER_S: Final = 20
_PATHS: Final = ("/health", "/sinks", "/sources")


class ApiProbe:
    """Runs in a thread of its own while `probing`; `answers` are (asked at, took), in seconds.

    The time counts from when a request was due, so that a slow answer is not made good by the
    requests that it held up.
    """

    def __init__(self) -> None:
        self.answers: list[tuple[float, float]] = []

    @contextmanager
    def probing(self, port: int) -> Iterator[None]:
        """Ask the API on that port inside the block."""
        end = threading.Event()
        thread = threading.Thread(target=self._run, args=(port, end), daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join(10)

    def took_s(self, from_s: float, until_s: float) -> list[float]:
        """Return what the answers took that were asked for between two monotonic times."""
        return [took_s for asked_s, took_s in self.answers if from_s <= asked_s <= until_s]

    def _run(self, port: int, end: threading.Event) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        due_s = time.monotonic()
        for path in itertools.cycle(_PATHS):
            if end.wait(max(0.0, due_s - time.monotonic())):
                break
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
            self.answers.append((due_s, time.monotonic() - due_s))
            due_s += 1 / REQUESTS_PER_S
        connection.close()
