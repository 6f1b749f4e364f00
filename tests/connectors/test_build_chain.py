import logging
from typing import Any

import pytest

from config.errors import ConfigError
from config.model import TransformConfig
from config.transform_names import TRANSFORMS
from connectors.transforms import build_chain
from tests.connectors.messages import transform, transformed


def findings(config: TransformConfig) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        build_chain([config])
    return [str(finding) for finding in caught.value.findings]


def test_transforms_run_in_the_order_of_the_file() -> None:
    add = transform("add_fields", fields=[{"key": "a", "value": {"static": 1}}])
    delete = transform("delete_fields", fields=["a"])

    assert transformed(b"{}", add, delete) == b"{}"
    assert transformed(b"{}", delete, add) == b'{"a":1}'


def test_a_disabled_transform_is_skipped_unread() -> None:
    assert not build_chain([transform("add_fields", enabled=False, fields="nonsense")])
    assert not build_chain([transform("proto_convert", enabled=False)])


REQUIRED: dict[str, dict[str, Any]] = {
    "avro_convert": {"target_format": "text"},
    "flat_buffer_convert": {"target_format": "text"},
    "proto_convert": {"target_format": "text"},
    "python": {"path": "os.path:basename"},
    "unwrap_envelope": {"field": "data"},
}


@pytest.mark.parametrize("name", sorted(TRANSFORMS))
def test_the_transforms_that_configuration_allows_are_those_that_can_be_built(name: str) -> None:
    assert len(build_chain([transform(name, **REQUIRED.get(name, {}))])) == 1


def test_an_unknown_transform_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ConfigError, match=r"no transform 'add_field'.*did you mean add_fields"):
        build_chain([transform("add_field")])


@pytest.mark.parametrize(
    ("config", "key", "problem"),
    [
        (transform("add_fields", fields={}), "fields", "must be an array of tables"),
        (transform("add_fields", fields=[5]), "fields[0]", "must be a table"),
        (transform("add_fields", fields=[{"key": "a"}]), "fields[0].value", "missing"),
        (
            transform("add_fields", fields=[{"key": 5, "value": {"static": 1}}]),
            "fields[0].key = 5",
            "must be a string",
        ),
        (
            transform("add_fields", fields=[{"key": "a", "value": {}}]),
            "fields[0].value",
            "either static or computed",
        ),
        (
            transform("add_fields", fields=[{"key": "a", "value": {"static": 1, "computed": "x"}}]),
            "fields[0].value",
            "either static or computed",
        ),
        (
            transform("add_fields", fields=[{"key": "a", "value": {"computed": "uuid4"}}]),
            'fields[0].value.computed = "uuid4"',
            "did you mean 'uuid_v4'",
        ),
        (transform("delete_fields", fields="a"), 'fields = "a"', "must be an array of strings"),
        (transform("delete_fields", fields=["a", 5]), "fields[1] = 5", "must be a string"),
        (
            transform(
                "update_fields",
                fields=[{"key": "a", "value": {"static": 1}, "condition": "key_exist"}],
            ),
            'fields[0].condition = "key_exist"',
            "did you mean 'key_exists'",
        ),
        (
            transform("filter_fields", patterns=[{"key_pattern": {"regex": "("}}]),
            'patterns[0].key_pattern.regex = "("',
            "not a regular expression of RE2: missing )",
        ),
        (
            transform("filter_fields", patterns=[{"value_pattern": {"regex": r"(a)\1"}}]),
            "patterns[0].value_pattern.regex",
            "not a regular expression of RE2",
        ),
        (
            transform("filter_fields", patterns=[{"key_pattern": {"begins_with": "a"}}]),
            "patterns[0].key_pattern",
            "allowed: exact, starts_with",
        ),
        (
            transform("filter_fields", patterns=[{"key_pattern": {"exact": "a", "regex": "b"}}]),
            "patterns[0].key_pattern",
            "one pattern",
        ),
        (
            transform("filter_fields", patterns=[{"value_pattern": "is_strin"}]),
            'patterns[0].value_pattern = "is_strin"',
            "did you mean 'is_string'",
        ),
        (
            transform("filter_fields", patterns=[{"value_pattern": {"greater_than": True}}]),
            "patterns[0].value_pattern.greater_than",
            "must be a number",
        ),
        (
            transform("filter_fields", patterns=[{"value_pattern": {"between": [1]}}]),
            "patterns[0].value_pattern.between",
            "array of two numbers",
        ),
        (transform("filter_fields", include_matching="yes"), "include_matching", "true or false"),
    ],
)
def test_wrong_options_are_named(config: TransformConfig, key: str, problem: str) -> None:
    (finding,) = findings(config)

    assert f"transforms.{config.type}.{key}" in finding
    assert problem in finding


def test_all_that_is_wrong_with_a_transform_is_told_at_once() -> None:
    config = transform(
        "filter_fields", keep_fields=5, include_matching=5, patterns=[{"key_pattern": "a"}]
    )

    assert len(findings(config)) == 3


def test_unknown_keys_are_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    field = {"key": "a", "value": {"static": 1}, "conditon": "key_exists"}
    with caplog.at_level(logging.WARNING):
        built = build_chain(
            [transform("update_fields", fields=[field], field=[])], log=logging.getLogger("shop")
        )

    assert len(built) == 1
    assert [record.name for record in caplog.records] == ["shop", "shop"]
    assert "did you mean 'condition'" in caplog.text
    assert "transforms.update_fields.fields[0].conditon" in caplog.text
    assert "did you mean 'fields'" in caplog.text
