"""Keeps or removes fields of JSON objects by what their keys and values look like."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from marshmallow import post_load

from config.fields import Flag
from config.model import Schema
from config.strict_field import TableSchema
from config.text_fields import TextArray
from connectors.column import Column
from connectors.transforms.patterns import KeyPattern, Matcher, ValuePattern
from connectors.transforms.table import TransformTable, optional_tables


class FieldPattern(NamedTuple):
    """Matches a field whose key and value both match; a missing part matches everything."""

    matches_key: Matcher | None
    matches_value: Matcher | None


class FilterFields:
    """Keeps the `kept_keys`, and of the other fields those that match any of `patterns`.

    With `include_matching` false those that match are removed and the others kept. Without keys
    and patterns nothing is touched.
    """

    def __init__(
        self, kept_keys: Sequence[str], patterns: Sequence[FieldPattern], *, include_matching: bool
    ) -> None:
        self._kept_keys = frozenset(kept_keys)
        self._patterns = patterns
        self._include_matching = include_matching

    def apply(self, column: Column) -> None:
        """Remove from every JSON object the fields that are not to stay."""
        if column.kind is not Schema.JSON or not (self._kept_keys or self._patterns):
            return
        tests_of_keys: dict[str, bool | list[Matcher]] = {}
        include_matching = self._include_matching

        def filtered(value: Any) -> Any:
            if not isinstance(value, dict):
                return value
            leaving = []
            for key, inner in value.items():
                tests = tests_of_keys.get(key)
                if tests is None:
                    tests = tests_of_keys[key] = self._value_tests(key)
                if isinstance(tests, bool):
                    stays = tests
                else:
                    stays = any(test(inner) for test in tests) is include_matching
                if not stays:
                    leaving.append(key)
            for key in leaving:
                del value[key]
                column.changed = True
            return value

        column.convert(Schema.JSON, filtered, problem="the fields cannot be filtered")

    def _value_tests(self, key: str) -> bool | list[Matcher]:
        """Return whether a field with this key stays, or what its value is to be asked."""
        if key in self._kept_keys:
            return True
        matching = [
            pattern
            for pattern in self._patterns
            if pattern.matches_key is None or pattern.matches_key(key)
        ]
        tests = [pattern.matches_value for pattern in matching if pattern.matches_value is not None]
        if len(tests) < len(matching):
            return self._include_matching
        return tests or not self._include_matching


class FieldPatternTable(TableSchema):
    """One entry of `patterns`."""

    key_pattern = KeyPattern(required=False, load_default=None)
    value_pattern = ValuePattern(required=False, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> FieldPattern:
        """Return the entry."""
        return FieldPattern(data["key_pattern"], data["value_pattern"])


class FilterFieldsTable(TransformTable):
    """`[transforms.filter_fields]`."""

    keep_fields = TextArray(required=False, load_default=())
    patterns = optional_tables(FieldPatternTable, data_key="patterns")
    include_matching = Flag(required=False, load_default=True)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> FilterFields:
        """Return the transform."""
        return FilterFields(
            data["keep_fields"], data["patterns"], include_matching=data["include_matching"]
        )
