"""Renames fields of JSON objects."""

from collections.abc import Mapping
from typing import Any


def rename_fields(value: Any, names: Mapping[str, str]) -> Any:
    """Return an object with its top-level keys renamed (old to new), anything else as it is.

    Each key is renamed at most once; of two that end up the same, the later one wins.
    """
    if not names or not isinstance(value, dict):
        return value
    return {names.get(key, key): inner for key, inner in value.items()}
