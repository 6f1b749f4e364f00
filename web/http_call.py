"""What an endpoint gets and what it answers: all that it has to do with HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import orjson

JSON = "application/json"
PLAIN_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpCall:
    """One request: the decoded variable parts of its path, and its query (last value counts)."""

    path: Mapping[str, str]
    query: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpAnswer:
    """One answer; without a body it says nothing of a content type."""

    status: int = 200
    content_type: str = PLAIN_TEXT
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


Endpoint: TypeAlias = Callable[[HttpCall], HttpAnswer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Which endpoint serves a method and a path; `<key:segment>` is one percent-encoded segment."""

    method: str
    path: str
    endpoint: Endpoint


def json_answer(content: object, status: int = 200) -> HttpAnswer:
    """Answer with `content` as compact JSON."""
    return HttpAnswer(status=status, content_type=JSON, body=orjson.dumps(content))


def text_answer(text: str, status: int = 200) -> HttpAnswer:
    """Answer with plain text."""
    return HttpAnswer(status=status, body=text.encode())
