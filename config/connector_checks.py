"""Finds why a connector cannot run although its file is well formed.

The words `Failed to set up …` are the reference runtime's; clients look for them in `last_error`.
"""

from collections.abc import Iterator
from typing import Any

from config.duration import parse_duration
from config.iggy_name import ALLOWED_NAMES, REPAIR_SUFFIX, is_iggy_name
from config.key_path import KeyPath, Table
from config.model import DEFAULT_BATCH_LENGTH, Kind
from config.policies import Isolation
from config.problem import NOT_SERVED, Located, Problem
from config.suggestion import closest
from config.transform_names import TRANSFORMS

_DURATIONS = {
    Kind.SINK: {
        "poll_interval": "Failed to set up sink consumers: invalid poll interval",
        "linger": "is not a duration",
    },
    Kind.SOURCE: {"linger_time": "Failed to set up source producer: invalid linger time"},
}


def connector_problems(kind: Kind, table: Table) -> Iterator[Located]:
    """Check a connector's table; values of a wrong type are the schema's affair and passed over."""
    if table.get("benchmark") is True:
        yield Located(("benchmark",), Problem(NOT_SERVED, allowed="false"))
    if table.get("isolation") == Isolation.THREAD and "memory_limit" in table:
        problem = Problem("cannot be kept by a thread", allowed='isolation = "process"')
        yield Located(("memory_limit",), problem)
    streams = table.get("streams")
    if isinstance(streams, list):
        if kind is Kind.SOURCE and not streams:
            problem = Problem("a source needs a stream and topic to write to")
            yield Located(("streams",), problem)
        tables = [(at, stream) for at, stream in enumerate(streams) if isinstance(stream, dict)]
        for index, stream in tables:
            yield from _stream_problems(kind, stream, ("streams", index))
        if kind is Kind.SINK and any("consumer_group" not in stream for _, stream in tables):
            # The group of a stream that names none ends like the key.
            yield from _group_problems(table.get("key"), ("key",))
    errors = table.get("errors")
    if isinstance(errors, dict):
        for name in ("dead_letter_stream", "dead_letter_topic"):
            yield from _name_problems(errors.get(name), ("errors", name))
    yield from _transform_problems(table.get("transforms"))


def _stream_problems(kind: Kind, stream: dict[str, Any], path: KeyPath) -> Iterator[Located]:
    for key, problem in _DURATIONS[kind].items():
        if isinstance(stream.get(key), str):
            try:
                parse_duration(stream[key])
            except ValueError as error:
                yield Located((*path, key), Problem(f"{problem}: {error}"))
    if kind is Kind.SINK:
        yield from _batch_problems(stream, path)
        yield from _group_problems(stream.get("consumer_group"), (*path, "consumer_group"))
    for name in ("stream", "topic", "consumer_group"):
        yield from _name_problems(stream.get(name), (*path, name))
    topics = stream.get("topics")
    for index, topic in enumerate(topics if isinstance(topics, list) else ()):
        yield from _name_problems(topic, (*path, "topics", index))


def _batch_problems(stream: dict[str, Any], path: KeyPath) -> Iterator[Located]:
    batch_length = stream.get("batch_length", DEFAULT_BATCH_LENGTH)
    min_batch = stream.get("min_batch", 1)
    if batch_length == 0:
        problem = "a sink takes at least one message at a time"
        yield Located((*path, "batch_length"), Problem(problem, allowed="1 or more"))
    elif isinstance(batch_length, int) and isinstance(min_batch, int) and min_batch > batch_length:
        problem = "is more than a batch can have"
        yield Located((*path, "min_batch"), Problem(problem, f"1 to {batch_length}"))


def _name_problems(name: object, path: KeyPath) -> Iterator[Located]:
    if isinstance(name, str) and not is_iggy_name(name):
        yield Located(path, Problem("is not a name in Iggy", ALLOWED_NAMES))


def _group_problems(name: object, path: KeyPath) -> Iterator[Located]:
    """Refuse what would be taken for the mark of a repair, and deleted after it."""
    if isinstance(name, str) and name.endswith(REPAIR_SUFFIX):
        problem = Problem("names the group by which another one is repaired", "another ending")
        yield Located(path, problem)


def _transform_problems(transforms: object) -> Iterator[Located]:
    named: list[tuple[KeyPath, object]] = []
    if isinstance(transforms, dict):
        named = [(("transforms", name), name) for name in transforms]
    elif isinstance(transforms, list):
        named = [
            (("transforms", index, "type"), options.get("type"))
            for index, options in enumerate(transforms)
            if isinstance(options, dict)
        ]
    for path, name in named:
        if isinstance(name, str) and name not in TRANSFORMS:
            allowed = ", ".join(sorted(TRANSFORMS))
            yield Located(path, Problem("is not a transform", allowed, closest(name, TRANSFORMS)))
