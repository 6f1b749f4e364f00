"""The patterns of `filter_fields`: what a field's key or value must look like."""

from collections.abc import Callable
from typing import Any

import re2
from marshmallow import ValidationError

from config.problem import Problem
from config.strict_field import StrictField
from config.suggestion import closest
from config.text_fields import Text
from connectors.transforms.json_data import json_data

Matcher = Callable[[Any], bool]
"""Tells whether a key or a value is one that the pattern means."""


def same(left: object, right: object) -> bool:
    """Tell whether two JSON values are equal; numbers of different kinds (1, 1.0, true) are not."""
    return left == right and _same_kinds(left, right)


def _same_kinds(left: object, right: object) -> bool:
    if isinstance(left, dict) and isinstance(right, dict):
        return all(_same_kinds(value, right[key]) for key, value in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return all(map(_same_kinds, left, right))
    return type(left) is type(right)


def _equals(expected: object) -> Matcher:
    data = json_data(expected)
    return lambda value: same(value, data)


def _is_number(value: object) -> bool:
    return type(value) in (int, float)


def _number(value: object) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise ValidationError("must be a number")
    return value


def _greater_than(limit: object) -> Matcher:
    number = _number(limit)
    return lambda value: _is_number(value) and value > number


def _less_than(limit: object) -> Matcher:
    number = _number(limit)
    return lambda value: _is_number(value) and value < number


def _between(limits: object) -> Matcher:
    if not isinstance(limits, list) or len(limits) != 2:
        raise ValidationError("must be an array of two numbers")
    low, high = map(_number, limits)
    return lambda value: _is_number(value) and low <= value <= high


def _exact(expected: object) -> Matcher:
    text = Text().read(expected)
    return lambda key: bool(key == text)


def _starts_with(expected: object) -> Matcher:
    text = Text().read(expected)
    return lambda key: bool(key.startswith(text))


def _ends_with(expected: object) -> Matcher:
    text = Text().read(expected)
    return lambda key: bool(key.endswith(text))


def _contains(expected: object) -> Matcher:
    text = Text().read(expected)
    return lambda value: isinstance(value, str) and text in value


def _regex(expected: object) -> Matcher:
    options = re2.Options()
    options.log_errors = False
    try:
        search = re2.compile(Text().read(expected), options).search
    except re2.error as error:
        detail = error.args[0].decode(errors="replace")
        raise ValidationError(f"is not a regular expression of RE2: {detail}") from error
    return lambda value: isinstance(value, str) and search(value) is not None


_KEY_PATTERNS: dict[str, Callable[[object], Matcher]] = {
    "exact": _exact,
    "starts_with": _starts_with,
    "ends_with": _ends_with,
    "contains": _contains,
    "regex": _regex,
}
_VALUE_PATTERNS: dict[str, Callable[[object], Matcher]] = {
    "equals": _equals,
    "contains": _contains,
    "regex": _regex,
    "greater_than": _greater_than,
    "less_than": _less_than,
    "between": _between,
}
_VALUE_KINDS: dict[str, Matcher] = {
    "is_null": lambda value: value is None,
    "is_not_null": lambda value: value is not None,
    "is_string": lambda value: isinstance(value, str),
    "is_number": _is_number,
    "is_boolean": lambda value: isinstance(value, bool),
    "is_object": lambda value: isinstance(value, dict),
    "is_array": lambda value: isinstance(value, list),
}


def _read_table(value: object, patterns: dict[str, Callable[[object], Matcher]]) -> Matcher:
    names = patterns.keys() & value.keys() if isinstance(value, dict) else set()
    if not isinstance(value, dict) or len(names) != 1:
        raise Problem("must be a table with one pattern in it", ", ".join(patterns)).error()
    name = names.pop()
    try:
        return patterns[name](value[name])
    except ValidationError as error:
        raise ValidationError({name: error.messages}) from error


class KeyPattern(StrictField[Matcher]):
    """`{starts_with = "meta_"}` and the like."""

    def read(self, value: object) -> Matcher:
        """Return what tells whether a key matches."""
        return _read_table(value, _KEY_PATTERNS)


class ValuePattern(StrictField[Matcher]):
    """`{between = [10, 20]}` and the like, or the name of a kind: `"is_number"`."""

    def read(self, value: object) -> Matcher:
        """Return what tells whether a value matches."""
        if not isinstance(value, str):
            return _read_table(value, _VALUE_PATTERNS)
        if value not in _VALUE_KINDS:
            allowed = ", ".join(_VALUE_KINDS)
            raise Problem("is not known", allowed, closest(value, _VALUE_KINDS)).error()
        return _VALUE_KINDS[value]
