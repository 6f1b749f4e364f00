"""What a plugin raised on its way out of its process: the same kind of error, by what it means."""

import traceback
from typing import Any

from config.errors import ConfigError, ConnectError
from connectors.contain import BrokenPluginError
from connectors.errors import FatalError, RecordError, RetryableError

_LONGEST_TRACEBACK = 20_000
_BASES: dict[str, type[Exception]] = {
    "broken": BrokenPluginError,
    "config": ConfigError,
    "fatal": FatalError,
    "record": RecordError,
    "retryable": RetryableError,
    "ours": ConnectError,
    "os": OSError,
    "other": Exception,
}


def error_frame(error: BaseException) -> dict[str, object]:
    """Return what an error is sent as."""
    return {
        "kind": _kind(error),
        "name": type(error).__name__,
        "text": str(error),
        "code": getattr(error, "code", ConnectError.code),
        "retry_after_s": getattr(error, "retry_after_s", None),
        "offset": getattr(error, "offset", None),
        "traceback": "".join(traceback.format_exception(error))[-_LONGEST_TRACEBACK:],
    }


def read_error(frame: dict[str, Any]) -> Exception:
    """Return an error of the same kind, with the same name and text.

    Where the runtime shows tracebacks, it shows the one from the plugin's process.
    """
    text = frame["text"]
    match frame["kind"]:
        case "record":
            return RecordError(text, offset=frame["offset"])
        case "retryable":
            return RetryableError(text, retry_after_s=frame["retry_after_s"])
        case kind:
            base = _BASES[kind]
    if base in (FatalError, ConfigError):
        return base(text)
    error: Exception = type(frame["name"], (base,), {"code": frame["code"]})(text)
    if base in (BrokenPluginError, Exception):
        error.add_note(frame["traceback"])
    return error


def _kind(error: BaseException) -> str:
    return next((kind for kind, base in _BASES.items() if isinstance(error, base)), "other")
