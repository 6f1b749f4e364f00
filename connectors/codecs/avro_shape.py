"""Refuses Avro schemas whose data could be endless, or far more than the bytes it is read from."""

from typing import Any

from config.errors import ConfigError

MAX_DEPTH = 100  # records, arrays and maps in each other, read or written
_MAX_FREE_VALUES = 8  # of one record
_MAX_FIXED_BYTES = 2**31 - 1


def levels_inside(depth: int) -> int:
    """Return the levels that are left inside of one more; raises RecursionError without any.

    That is no `UnfitError`, so that no union takes it for a branch that does not fit.
    """
    if depth == 0:
        raise RecursionError
    return depth - 1


def check_shape(schema: Any) -> None:
    """Raise ConfigError for a parsed schema that cannot be served.

    Everything in data takes at least one byte, except for nulls, empty fixed values, and records
    of nothing else. So there are none of these in an array, where a few bytes could ask for 2**62
    of them, and a record has at most 8.
    """
    _free_values(schema, {})


def _free_values(schema: Any, by_name: dict[str, int]) -> int:
    """Return how many values there are in a datum that takes no bytes; 0 where it takes some.

    Names stand for what was defined before, or for a record around them. Such a record takes
    bytes, as only something that does can end it.
    """
    if isinstance(schema, str):
        return 1 if schema == "null" else by_name.get(schema, 0)
    if isinstance(schema, list):
        if any(isinstance(branch, list) for branch in schema):
            raise ConfigError("a union must not hold a union")
        for branch in schema:
            _free_values(branch, by_name)
        return 0
    match schema["type"]:
        case "null":
            return 1
        case "array":
            if _free_values(schema["items"], by_name):
                raise ConfigError("an array of values that take no bytes is not served")
        case "map":
            _free_values(schema["values"], by_name)
        case "fixed":
            by_name[schema["name"]] = int(_fixed_bytes(schema) == 0)
            return by_name[schema["name"]]
        case "record" | "error":
            by_name[schema["name"]] = _free_in_record(schema, by_name)
            return by_name[schema["name"]]
    return 0


def _free_in_record(schema: Any, by_name: dict[str, int]) -> int:
    if not all(isinstance(field["name"], str) for field in schema["fields"]):
        raise ConfigError(f"{schema['name']}: a field has a name that is no text")
    counts = [_free_values(field["type"], by_name) for field in schema["fields"]]
    if sum(counts) > _MAX_FREE_VALUES:
        raise ConfigError(
            f"{schema['name']}: a record of more than {_MAX_FREE_VALUES} values that take no bytes"
            " is not served"
        )
    return 1 + sum(counts) if all(counts) else 0


def _fixed_bytes(schema: Any) -> int:
    size = schema["size"]
    if type(size) is not int or not 0 <= size <= _MAX_FIXED_BYTES:
        raise ConfigError(f"{schema['name']}: size must be a whole number of 31 bits")
    return size
