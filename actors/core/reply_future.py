"""The answer to an ask: may be given more than once, forwarded, and waited for without a thread."""

import logging
import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import pykka
from pykka._types import OptExcInfo

from actors.core.errors import AskTimeoutError

T = TypeVar("T")

_log = logging.getLogger(__name__)


class Forwarded:
    """What a handler returns when somebody else answers: keeps pykka from answering for it."""


class ReplyFuture(pykka.Future[T]):
    """A future whose first answer counts; later ones are ignored and setting never raises."""

    def __init__(self) -> None:
        super().__init__()
        self._condition = threading.Condition()
        self._is_set = False
        self._value: Any = None
        self._error: BaseException | None = None
        self._callbacks: list[Callable[[], None]] = []

    def get(self, *, timeout: float | None = None) -> T:
        """Wait for the answer, for at most `timeout` seconds, and return it or raise its error.

        Raises AskTimeoutError when there is none in time.
        """
        if self._get_hook is not None:
            return super().get(timeout=timeout)
        with self._condition:
            if not self._condition.wait_for(lambda: self._is_set, timeout):
                raise AskTimeoutError(f"no answer within {timeout} s")
        if self._error is not None:
            raise self._error
        return self._value  # type: ignore[no-any-return]

    def set(self, value: T | None = None) -> None:
        """Answer with a value; a `Forwarded` is no answer."""
        if not isinstance(value, Forwarded):
            self._settle(value, None)

    def set_exception(self, exc_info: OptExcInfo | None = None) -> None:
        """Answer with an error: that of `exc_info`, or the one being handled."""
        kind, error, _ = exc_info or sys.exc_info()
        if error is None:
            error = RuntimeError("answered with an error that is missing") if not kind else kind()
        self._settle(None, error)

    def add_done_callback(self, callback: Callable[[], None]) -> None:
        """Call `callback` once the answer is there: now, or in the thread that answers.

        It must be short; an error it raises is logged.
        """
        with self._condition:
            if not self._is_set:
                self._callbacks.append(callback)
                return
        _call(callback)

    def _settle(self, value: Any, error: BaseException | None) -> None:
        with self._condition:
            if self._is_set:
                return
            self._is_set, self._value, self._error = True, value, error
            callbacks, self._callbacks = self._callbacks, []
            self._condition.notify_all()
        for callback in callbacks:
            _call(callback)


def _call(callback: Callable[[], None]) -> None:
    try:
        callback()
    except Exception:  # noqa: BLE001
        _log.exception("what was to be called with an answer failed")
