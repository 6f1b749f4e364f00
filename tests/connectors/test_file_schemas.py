import gc
import logging
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import marshmallow
import pytest
from marshmallow import class_registry

from config.errors import ConfigError
from config.model import Kind
from connectors.create import create_plugin
from connectors.registry import find_plugin

SINK = """
from marshmallow import Schema, fields
from connectors import Sink

class Place(Schema):
    host = fields.String(required=True)
    {more}

class Line(Schema):
    place = fields.Nested("Place")

class Mine(Sink):
    class Config(Schema):
        target = {target}

    def consume(self, batch):
        pass
"""
HERE = {"host": "here"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.py"


def config_of(file: Path, target: object, *, owner: str = "orders") -> Any:
    plugin_class = find_plugin(str(file), Kind.SINK, owner=owner).plugin_class
    return create_plugin(
        plugin_class,
        key=owner,
        log=logging.getLogger("shop"),
        plugin_config={"target": target},
        stopping=threading.Event(),
    ).config


@pytest.mark.parametrize(
    ("field", "nested"),
    [
        ("fields.Nested('Place')", lambda place: place),
        ("fields.Nested(f'{__name__}.Place')", lambda place: place),
        ("fields.Nested('Place', many=True)", lambda place: [place]),
        ("fields.List(fields.Nested('Place'))", lambda place: [place]),
        ("fields.Tuple([fields.Nested('Place')])", lambda place: [place]),
        ("fields.Dict(values=fields.Nested('Place'))", lambda place: {"a": place}),
        ("fields.Nested({'a': fields.Nested('Place')})", lambda place: {"a": place}),
        ("fields.Nested(Line)", lambda place: {"place": place}),
        ("fields.Nested(Line())", lambda place: {"place": place}),
        ("fields.Nested(lambda: Line())", lambda place: {"place": place}),
    ],
)
def test_a_name_stands_for_the_schema_of_this_start(file: Path, field: str, nested: Any) -> None:
    file.write_text(SINK.format(more="", target=field))
    assert config_of(file, nested(HERE))
    assert config_of(file, nested(HERE), owner="another connector")
    file.write_text(SINK.format(more="port = fields.Integer(required=True)", target=field))

    with pytest.raises(ConfigError) as caught:
        config_of(file, nested(HERE))
    assert "port: Missing data" in str(caught.value)
    assert config_of(file, nested({**HERE, "port": 5}))


def test_what_else_a_field_holds_is_left_as_it_is(file: Path) -> None:
    field = "fields.String(metadata={'at': Point(1, 2)}, validate=[str.isalpha])"
    named = "from typing import NamedTuple\nclass Point(NamedTuple):\n    x: int\n    y: int\n"
    file.write_text(named + SINK.format(more="", target=field))

    assert config_of(file, "abc") == {"target": "abc"}


def test_a_schema_may_name_itself(file: Path) -> None:
    file.write_text(
        SINK.format(more="next = fields.Nested('Place')", target="fields.Nested('Place')")
    )
    chain = {**HERE, "next": HERE}

    assert config_of(file, chain) == {"target": chain}


def test_the_schemas_of_former_starts_are_let_go(file: Path) -> None:
    file.write_text(SINK.format(more="", target="fields.Nested('Place')"))
    former = weakref.ref(find_plugin(str(file), Kind.SINK).plugin_class.Config)
    assert former() is not None
    find_plugin(str(file), Kind.SINK)
    gc.collect()

    assert former() is None


def test_connectors_that_start_at_once_find_their_own_schemas(file: Path) -> None:
    file.write_text(SINK.format(more="", target="fields.Nested('Place')"))
    with ThreadPoolExecutor(8) as threads:
        configs = threads.map(lambda number: config_of(file, HERE, owner=str(number)), range(200))

    assert list(configs) == [{"target": HERE}] * 200


def test_what_a_file_names_itself_is_not_found_by_others(file: Path) -> None:
    file.write_text(SINK.format(more="", target="fields.Nested('Place')"))
    find_plugin(str(file), Kind.SINK)
    with pytest.raises(marshmallow.exceptions.RegistryError):
        class_registry.get_class("Place")
    file.write_text(file.read_text() + "raise OSError")
    with pytest.raises(ConfigError):
        find_plugin(str(file), Kind.SINK)

    with pytest.raises(marshmallow.exceptions.RegistryError):
        class_registry.get_class("Place")


class SchemaOfAPackage(marshmallow.Schema):
    name = marshmallow.fields.String()
    twin = marshmallow.fields.Nested("Place")


def test_the_schemas_of_packages_are_found_by_name_and_left_as_they_are(file: Path) -> None:
    file.write_text(
        SINK.format(more="", target="fields.Nested('SchemaOfAPackage')")
        + f"from {__name__} import SchemaOfAPackage\n"
        + "class Heir(SchemaOfAPackage): pass"
    )

    assert config_of(file, {"name": "a"}) == {"target": {"name": "a"}}
    assert SchemaOfAPackage._declared_fields["twin"].nested == "Place"  # type: ignore[attr-defined]
