"""The C interface of the reference's plugins: its names and types, and whether they are there."""

import ctypes
from ctypes import c_char_p, c_int32, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p

from config.errors import ConfigError
from config.model import Kind

LogCallback = ctypes.CFUNCTYPE(None, c_uint8, c_void_p, c_size_t, c_void_p, c_size_t)
SendCallback = ctypes.CFUNCTYPE(c_int32, c_uint32, c_uint64, c_void_p, c_size_t)

_ARGUMENTS: dict[Kind, dict[str, list[type]]] = {
    Kind.SINK: {
        "iggy_sink_open": [c_uint32, c_char_p, c_size_t, LogCallback],
        "iggy_sink_consume": [c_uint32, *[c_char_p, c_size_t] * 3],
        "iggy_sink_close": [c_uint32],
        "iggy_sink_version": [],
    },
    Kind.SOURCE: {
        "iggy_source_open": [c_uint32, *[c_char_p, c_size_t] * 2, LogCallback],
        "iggy_source_handle_v2": [c_uint32, SendCallback],
        "iggy_source_batch_result": [c_uint32, c_uint64, c_uint8],
        "iggy_source_close": [c_uint32],
        "iggy_source_version": [],
    },
}


def declare(library: ctypes.CDLL, name: str) -> Kind:
    """Tell ctypes what the functions of `library` take, and return what kind of plugin it is.

    Raises ConfigError that says what is missing; `name` stands for the library in its text.
    """
    kind = next((kind for kind in Kind if hasattr(library, f"iggy_{kind}_open")), None)
    if kind is None:
        raise ConfigError(
            f"{name} is no connector: it exports neither iggy_sink_open nor iggy_source_open"
        )
    missing = [symbol for symbol in _ARGUMENTS[kind] if not hasattr(library, symbol)]
    if "iggy_source_handle_v2" in missing and hasattr(library, "iggy_source_handle"):
        raise ConfigError(
            f"{name} is built with a connector SDK older than 0.5: it exports iggy_source_handle,"
            " whose batches nobody can acknowledge; build it with SDK 0.5 or newer"
        )
    if missing:
        raise ConfigError(f"{name} is no complete {kind}: it does not export {', '.join(missing)}")
    for symbol, arguments in _ARGUMENTS[kind].items():
        function = getattr(library, symbol)
        function.argtypes = arguments
        function.restype = c_char_p if symbol.endswith("_version") else c_int32
    return kind
