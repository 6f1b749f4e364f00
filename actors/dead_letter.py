"""Records that nobody can take, on their way to a topic of their own, with the reason."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.model import Kind, Schema, SourceStream
from connectors.outgoing import Outgoing
from connectors.sendable import MAX_HEADER_FIELD_BYTES, MAX_HEADERS_BYTES

_PREFIX = "dead_letter."
_LARGEST_HEADER_BYTES = 10 + 2 * MAX_HEADER_FIELD_BYTES


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """One record and why it is here; `place` says where it came from, such as its offset."""

    payload: bytes
    headers: Mapping[Any, Any] | None
    error: Exception
    place: Mapping[str, str | int]
    attempts: int


def outgoing_dead_letters(
    letters: Sequence[DeadLetter], *, kind: Kind, key: str, explained: bool = True
) -> Outgoing:
    """Return what is to be sent: the original payloads and headers, with the reasons added.

    Where the headers would grow too large, or unless `explained`, they are left as they were.
    """
    count = len(letters)
    return Outgoing(
        payloads=[letter.payload for letter in letters],
        ids=[None] * count,
        headers=[
            _headers(letter, f"{kind} {key}") if explained else letter.headers for letter in letters
        ],
        keys=[None] * count,
        partitions=[None] * count,
        rejections=(),
        filtered=0,
    )


def dead_letter_stream(stream: str, topic: str) -> SourceStream:
    """Return where dead letters go, as a stream to produce to."""
    return SourceStream(stream=stream, topic=topic, schema=Schema.RAW, linger_time="0")


def _headers(letter: DeadLetter, connector: str) -> Mapping[Any, Any] | None:
    added = {
        "cause": f"{type(letter.error).__name__}: {letter.error}",
        "connector": connector,
        **letter.place,
        "attempts": letter.attempts,
        "time": int(time.time() * 1e6),
    }
    original = letter.headers or {}
    if (len(original) + len(added)) * _LARGEST_HEADER_BYTES > MAX_HEADERS_BYTES:
        return letter.headers
    return {**original, **{_PREFIX + name: _cut(value) for name, value in added.items()}}


def _cut(value: str | int) -> str | int:
    if isinstance(value, int):
        return value
    return value.encode()[:MAX_HEADER_FIELD_BYTES].decode(errors="ignore") or "-"
