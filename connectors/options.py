"""Reads a table of options by its marshmallow schema; what is wrong becomes findings."""

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any, cast

from marshmallow import Schema, ValidationError

from config.errors import ConfigError, Finding
from config.key_path import KeyPath, dotted, value_at
from config.problem import Located, problems_in
from config.unknown_keys import unknown_keys

_MAX_SHOWN_CHARACTERS = 80


def load_options(
    schema: Schema, table: object, path: KeyPath, *, what: str, values_are_secret: bool
) -> Any:
    """Return what `schema` makes of `table`, which stands at `path` of the connector's file.

    Raises ConfigError, which names `what` and every key that is wrong.
    """
    try:
        return schema.load(cast("Mapping[str, Any]", table))  # which refuses what is no table
    except ValidationError as error:
        shown = None if values_are_secret else table
        findings = _findings(problems_in(error.messages), path, shown)
        raise ConfigError(f"{what} cannot be used", findings) from error


def warn_of_unknown_keys(schema: Schema, table: object, path: KeyPath, log: logging.Logger) -> None:
    """Write a warning for each key in `table` that `schema` does not know and so ignores."""
    for finding in _findings(unknown_keys(schema, table), path, None):
        log.warning("%s", finding)


def _findings(problems: Iterable[Located], path: KeyPath, shown: object) -> list[Finding]:
    return [
        Finding(
            source="",
            problem=located.problem.text,
            key=dotted((*path, *located.path)),
            value=_value_text(shown, located.path),
            allowed=located.problem.allowed,
            suggestion=located.problem.suggestion,
        )
        for located in problems
    ]


def _value_text(table: object, path: KeyPath) -> str | None:
    value = value_at(table, path) if isinstance(table, dict) and path else None
    if not isinstance(value, (str, int, float)):
        return None
    text = json.dumps(value)
    return text if len(text) <= _MAX_SHOWN_CHARACTERS else f"{text[:_MAX_SHOWN_CHARACTERS]}…"
