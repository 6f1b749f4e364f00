import pytest

from config.model import Schema
from tests.connectors.messages import batch, chain, transform, transformed


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        (["a"], b'{"b":{"a":2},"c":3}'),
        (["a", "c"], b'{"b":{"a":2}}'),
        (["x"], b'{"a":1,"b":{"a":2},"c":3}'),
        (["a", "x", "a"], b'{"b":{"a":2},"c":3}'),
        ([], b'{"a":1,"b":{"a":2},"c":3}'),
    ],
)
def test_named_fields_of_the_top_level_are_removed(fields: list[str], result: bytes) -> None:
    payload = b'{"a":1,"b":{"a":2},"c":3}'

    assert transformed(payload, transform("delete_fields", fields=fields)) == result


def test_fields_may_be_missing() -> None:
    assert transformed(b'{"a":1}', transform("delete_fields")) == b'{"a":1}'


def test_raw_payloads_are_left_alone() -> None:
    wrapped = batch(b'{"a":1}', schema=Schema.RAW)
    wrapped.transform(chain(transform("delete_fields", fields=["a"])))

    assert wrapped.payloads == [b'{"a":1}']
