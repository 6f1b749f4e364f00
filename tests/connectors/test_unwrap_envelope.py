import pytest

from config.errors import ConfigError
from config.model import Schema
from tests.connectors.messages import batch, chain, transform, transformed

UNWRAP = transform("unwrap_envelope", field="data")


@pytest.mark.parametrize(
    ("payload", "inner"),
    [
        (b'{"table":"users","data":{"id":1,"name":"Ann"}}', b'{"id":1,"name":"Ann"}'),
        (b'{"data":5}', b"5"),
        (b'{"data":"text"}', b'"text"'),
        (b'{"data":null}', b"null"),
        (b'{"data":[1,2]}', b"[1,2]"),
        (b'{"data":{"data":{"deep":[{"a":1}]}}}', b'{"data":{"deep":[{"a":1}]}}'),
        (b'{"other":1}', b'{"other":1}'),
        (b"[1]", b"[1]"),
        (b'"data"', b'"data"'),
    ],
)
def test_the_value_of_the_field_becomes_the_payload(payload: bytes, inner: bytes) -> None:
    assert transformed(payload, UNWRAP) == inner


def test_objects_without_the_field_stay_among_others() -> None:
    wrapped = batch(b'{"data":1}', b'{"other":2}', b"3")
    wrapped.transform(chain(UNWRAP))

    assert wrapped.values == [1, {"other": 2}, 3]


def test_a_payload_that_no_field_was_found_in_stays_byte_for_byte() -> None:
    assert transformed(b'{ "other": 1 }', UNWRAP) == b'{ "other": 1 }'


def test_raw_is_left_alone() -> None:
    wrapped = batch(b'{"data":1}', schema=Schema.RAW)
    wrapped.transform(chain(UNWRAP))

    assert wrapped.payloads == [b'{"data":1}']


@pytest.mark.parametrize(
    ("options", "reason"), [({"field": ""}, "must not be empty"), ({}, "is required and missing")]
)
def test_the_field_is_required(options: dict[str, str], reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        chain(transform("unwrap_envelope", **options))  # type: ignore[arg-type]
