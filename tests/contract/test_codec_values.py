"""What the codecs with schemas of ours owe to values that a plugin or a transform makes up."""

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.codecs.avro_schema import AvroSchema
from connectors.codecs.codec import UnfitError
from connectors.codecs.flat_buffer_reflection import load_schema
from connectors.codecs.flat_buffer_writer import FlatBufferWriter
from tests.connectors.schemas import EVERYTHING_AVSC, EVERYTHING_BFBS
from tests.contract.test_codec_properties import avro, flat_buffer

ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([10**400, -(10**400), 2**63, -(2**63) - 1, 2**31, 1e300, math.nan, math.inf])
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(["\ud800", "RED", "One Two", "Weapon", b"bytes", (1, 2), object(), 1j])
    | st.sets(st.integers(), max_size=2)
    | st.just([255, 256, -1]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(st.characters(), max_size=3) | st.integers() | st.none(), inner)
    ),
    max_leaves=5,
)
KEYS = st.sampled_from(["\ud800", 5, None, ("a",)])


@cache
def writer_of(name: str) -> Callable[[Any], bytes]:
    if name == "avro":
        return AvroSchema(orjson.loads(Path(EVERYTHING_AVSC).read_bytes())).write
    return FlatBufferWriter(*load_schema(Path(EVERYTHING_BFBS), (), ""), size_hint_bytes=64).write


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Return each object or array in a value, with each of its keys or positions."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    places = []
    for key, one in inner:
        places.append((value, key))
        if isinstance(one, (dict, list)):
            places += places_in(one)
    return places


@pytest.mark.parametrize(("name", "values"), [("avro", avro()), ("flat_buffer", flat_buffer())])
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_value_with_something_odd_at_any_place_is_written_or_refused(
    name: str, values: st.SearchStrategy[Any], data: st.DataObject
) -> None:
    value = data.draw(values)
    odd = data.draw(ODD)
    for holder, key in places_in(value):
        right = holder[key]
        holder[key] = odd
        assert_written_or_refused(name, value)
        holder[key] = right
    assert_written_or_refused(name, {**value, data.draw(KEYS): odd})


@pytest.mark.parametrize("name", ["avro", "flat_buffer"])
@given(value=ODD)
def test_anything_at_all_is_written_or_refused(name: str, value: object) -> None:
    assert_written_or_refused(name, value)


def assert_written_or_refused(name: str, value: object) -> None:
    try:
        payload = writer_of(name)(value)
    except UnfitError:
        return
    assert isinstance(payload, bytes)
