"""Collects what an IggyLoop hands over."""

import queue
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from actors.iggy.iggy_error import IggyError
from actors.iggy.iggy_loop import IggyLoop

T = TypeVar("T")

DEADLINE_S = 10.0


class Answers:
    """Results in the order in which they came, and the thread that brought the last."""

    def __init__(self) -> None:
        self._answers: queue.Queue[object] = queue.Queue()
        self.thread: threading.Thread | None = None

    def take(self, answer: object) -> None:
        """Be an `on_done`."""
        self.thread = threading.current_thread()
        self._answers.put(answer)

    def next(self) -> object:
        """Wait for the next answer; raises queue.Empty after the deadline."""
        return self._answers.get(timeout=DEADLINE_S)

    def count(self) -> int:
        """Count the answers that nobody took yet."""
        return self._answers.qsize()


def answer_of(
    loop: IggyLoop,
    call: Callable[[], Coroutine[Any, Any, T]],
    *,
    timeout_s: float = DEADLINE_S / 2,
) -> T | IggyError:
    """Submit a call and wait for its result."""
    answers: queue.Queue[T | IggyError] = queue.Queue()
    loop.submit(call, timeout_s=timeout_s, on_done=answers.put)
    return answers.get(timeout=DEADLINE_S)
