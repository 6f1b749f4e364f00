import enum
from collections.abc import Callable

import pytest
from marshmallow import Schema, fields, validate

from config.fields import Choice, Duration, Flag, Whole
from config.model import ConfigFormat
from connectors import SecretText
from connectors.plugin_option import PluginOption, options_of
from connectors.sources.random_source import RandomSourceConfig


class Colour(enum.Enum):
    RED = 1


class Inner(Schema):
    name = fields.String(data_key="Name")


class Everything(Schema):
    plain = fields.String(required=True, metadata={"description": "Some text."})
    count = fields.Integer(load_default=3)
    ratio = fields.Float()
    on = fields.Boolean(load_default=False)
    flag = Flag(required=False, load_default=True)
    whole = Whole(maximum=10)
    wait = Duration()
    strings = fields.List(fields.String(), load_default=list)
    mapping = fields.Dict()
    choice = Choice(ConfigFormat)
    colour = fields.Enum(Colour, load_default=Colour.RED)
    level = fields.String(validate=validate.OneOf(["low", "high"]))
    own = fields.Raw(metadata={"type": "pair"})
    inner = fields.Nested(Inner)
    many = fields.List(fields.Nested(Inner))
    password = SecretText(required=False, load_default="hunter2")


@pytest.fixture
def option() -> Callable[[str], PluginOption]:
    return {option.key: option for option in options_of(Everything())}.__getitem__


@pytest.mark.parametrize(
    ("key", "named"),
    [
        ("plain", "string"),
        ("count", "integer"),
        ("ratio", "number"),
        ("on", "boolean"),
        ("flag", "boolean"),
        ("whole", "integer"),
        ("wait", "duration"),
        ("strings", "array of strings"),
        ("mapping", "table"),
        ("own", "pair"),
        ("inner", "table"),
        ("inner.Name", "string"),
        ("many", "array of tables"),
        ("many[].Name", "string"),
        ("password", "string"),
    ],
)
def test_each_field_names_its_type(
    option: Callable[[str], PluginOption], key: str, named: str
) -> None:
    assert option(key).type == named


def test_defaults_are_plain_data(option: Callable[[str], PluginOption]) -> None:
    assert option("count").default == 3
    assert option("flag").default is True
    assert option("strings").default == []
    assert option("colour").default == "RED"
    assert option("plain").default is None


def test_a_secret_default_is_masked(option: Callable[[str], PluginOption]) -> None:
    assert option("password").secret
    assert option("password").default == "******"


def test_choices_are_listed(option: Callable[[str], PluginOption]) -> None:
    assert option("choice").choices == ("json", "yaml", "toml", "text")
    assert option("colour").choices == ("RED",)
    assert option("level").choices == ("low", "high")
    assert option("plain").choices == ()


def test_the_random_source_describes_every_key() -> None:
    assert all(option.description for option in options_of(RandomSourceConfig()))
