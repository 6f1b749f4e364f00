import enum
import math
from collections.abc import Callable
from datetime import timedelta

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
    pause = fields.TimeDelta(precision="minutes", load_default=timedelta(hours=1))
    price = fields.Decimal(load_default="1.5")
    never = fields.Float(load_default=math.inf)


class Holder(Schema):
    password = SecretText(required=False)
    inner = fields.Nested("Holder", load_default={"password": "hunter2"})


class Secrets(Schema):
    array = fields.List(SecretText(), load_default=["hunter2"])
    mapping = fields.Dict(values=SecretText(), load_default={"a": "hunter2"})
    pair = fields.Tuple((fields.String(), SecretText()), load_default=("a", "hunter2"))
    table = fields.Nested(Holder, load_default={"password": "hunter2"})
    tables = fields.Dict(values=fields.Nested(Holder), load_default={"a": {"password": "hunter2"}})
    chosen = SecretText(required=False, validate=validate.OneOf(["hunter2"]))


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
        ("pause", "number of minutes"),
        ("price", "number"),
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
    assert option("pause").default == 60
    assert option("price").default == 1.5


def test_a_default_that_json_has_no_number_for_is_text(
    option: Callable[[str], PluginOption],
) -> None:
    assert option("never").default == "inf"


def test_a_secret_default_is_masked(option: Callable[[str], PluginOption]) -> None:
    assert option("password").secret
    assert option("password").default == "******"


def test_no_secret_is_shown_wherever_a_field_may_hold_one() -> None:
    options = {option.key: option for option in options_of(Secrets())}

    assert "hunter2" not in str(options)
    for key in ("array", "mapping", "pair", "table", "tables", "chosen", "table.inner"):
        assert options[key].secret, key
    assert options["table"].default == "******"


def test_a_schema_that_holds_itself_is_described_once() -> None:
    assert [option.key for option in options_of(Holder())] == ["password", "inner"]


def test_choices_are_listed(option: Callable[[str], PluginOption]) -> None:
    assert option("choice").choices == ("json", "yaml", "toml", "text")
    assert option("colour").choices == ("RED",)
    assert option("level").choices == ("low", "high")
    assert option("plain").choices == ()


def test_the_random_source_describes_every_key() -> None:
    assert all(option.description for option in options_of(RandomSourceConfig()))
