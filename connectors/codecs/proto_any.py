"""`google.protobuf.Any`: how payloads travel as Protocol Buffers where there is no schema."""

import base64
import time
from typing import Any

import orjson
from google.protobuf import any_pb2, wrappers_pb2
from google.protobuf.message import DecodeError

from config.model import Schema
from connectors.codecs.codec import UnfitError

DEFAULT_TYPE_URL_PREFIX = "type.googleapis.com"


def read_any(payload: bytes) -> any_pb2.Any:
    """Return the Any that a payload is; raises UnfitError."""
    try:
        wrapped = any_pb2.Any.FromString(payload)
    except DecodeError as error:
        raise UnfitError("it is no google.protobuf.Any") from error
    if not wrapped.type_url:
        raise UnfitError("it is no google.protobuf.Any: the type_url is empty")
    return wrapped


def any_object(wrapped: any_pb2.Any) -> dict[str, Any]:
    """Return an Any as a JSON object, with its value in base64."""
    return {"type_url": wrapped.type_url, "value": base64.b64encode(wrapped.value).decode()}


def write_any(value: Any, kind: Schema, type_url_prefix: str) -> bytes:
    """Wrap a value: texts and JSON in a StringValue, bytes in a BytesValue; raises UnfitError."""
    if isinstance(value, bytes) and kind is not Schema.JSON:
        inner: Any = wrappers_pb2.BytesValue(value=value)
    else:
        inner = wrappers_pb2.StringValue(value=_text(value, kind))
    wrapped = any_pb2.Any(
        type_url=f"{type_url_prefix}/{inner.DESCRIPTOR.full_name}",
        value=inner.SerializeToString(),
    )
    return wrapped.SerializeToString()


def _text(value: Any, kind: Schema) -> str:
    if kind is Schema.TEXT:
        value = {"text": value, "timestamp": time.time_ns() // 1_000_000, "encoding": "utf-8"}
    if kind is Schema.PROTO:
        if not isinstance(value, str):
            raise UnfitError(f"it is of type {type(value).__name__}")
        return value
    try:
        return orjson.dumps(value).decode()
    except (orjson.JSONEncodeError, UnicodeError) as error:
        raise UnfitError(f"it cannot be written as JSON: {error}") from error
