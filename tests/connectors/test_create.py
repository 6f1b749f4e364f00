import logging
import threading
from typing import Any

import marshmallow
import pytest
from marshmallow import fields

from config.errors import ConfigError
from connectors import Batch, Sink
from connectors.create import create_plugin
from connectors.plugin import Plugin

LOG = logging.getLogger("shop")


class Options(marshmallow.Schema):
    url = fields.String(required=True)
    retries = fields.Integer(strict=True, load_default=3, data_key="max_retries")


class Configured(Sink):
    Config = Options

    def consume(self, batch: Batch) -> None:
        raise NotImplementedError


class Plain(Configured):
    Config = None  # type: ignore[assignment]


class Strict(Configured):
    class Config(Options):
        class Meta:
            unknown = marshmallow.RAISE


class Careless(Configured):
    class Config(Options):
        @marshmallow.post_load
        def build(self, data: dict[str, str], **_: object) -> int:
            return int(data["url"])


def create(plugin_class: type[Plugin], plugin_config: object) -> Plugin:
    return create_plugin(
        plugin_class,
        key="orders",
        log=LOG,
        plugin_config=plugin_config,
        stopping=threading.Event(),
    )


def refusal(plugin_class: type[Plugin], plugin_config: object) -> str:
    with pytest.raises(ConfigError) as caught:
        create(plugin_class, plugin_config)
    return str(caught.value)


def test_a_plugin_is_given_what_it_is_promised() -> None:
    stopping = threading.Event()
    plugin = create_plugin(
        Configured, key="orders", log=LOG, plugin_config={"url": "u"}, stopping=stopping
    )

    assert plugin.key == "orders"
    assert plugin.log is LOG
    assert plugin.stopping is stopping
    assert plugin.config == {"url": "u", "retries": 3}


def test_without_a_schema_the_config_is_a_copy_of_the_plain_data() -> None:
    given = {"a": [1]}
    plugin = create(Plain, given)
    plugin.config["a"].append(2)

    assert given == {"a": [1]}
    assert create(Plain, None).config == {}


def test_every_wrong_key_is_named_and_no_value_is_shown() -> None:
    text = refusal(Configured, {"url": 4711, "max_retries": "hunter2"})

    assert "plugin_config.url: Not a valid string." in text
    assert "plugin_config.max_retries: Not a valid integer." in text
    assert "4711" not in text
    assert "hunter2" not in text


def test_a_missing_table_is_an_empty_one() -> None:
    assert "plugin_config.url: Missing data" in refusal(Configured, None)


def test_a_config_that_is_no_table_is_refused() -> None:
    assert "plugin_config: Invalid input type" in refusal(Configured, ["url"])


def test_unknown_keys_are_ignored_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    plugin = create(Configured, {"url": "u", "max_retry": "hunter2", "max_retries": 1})

    assert plugin.config == {"url": "u", "retries": 1}
    (record,) = caplog.records
    assert (record.name, record.levelname) == ("shop", "WARNING")
    assert "plugin_config.max_retry" in caplog.text
    assert "did you mean 'max_retries'?" in caplog.text
    assert "hunter2" not in caplog.text


class CreatedPlace(marshmallow.Schema):
    host = fields.String()
    next = fields.Nested("CreatedPlace")


class Refusing(marshmallow.Schema):
    class Meta:
        unknown = marshmallow.RAISE

    inner = fields.Nested(CreatedPlace)


@pytest.mark.parametrize(
    ("field", "given", "key", "taken"),
    [
        (fields.Nested(CreatedPlace), {"host": "h", "no": 1}, ".no", {"host": "h"}),
        (
            fields.Nested(CreatedPlace),
            {"next": {"next": {"no": 1}}},
            ".next.next.no",
            {"next": {"next": {}}},
        ),
        (fields.Nested(CreatedPlace()), {"no": 1}, ".no", {}),
        (fields.Nested(CreatedPlace, many=True), [{}, {"no": 1}], "[1].no", [{}, {}]),
        (fields.List(fields.Nested(CreatedPlace)), [{}, {"no": 1}], "[1].no", [{}, {}]),
        (fields.Dict(values=fields.Nested(CreatedPlace)), {"a": {"no": 1}}, ".a.no", {"a": {}}),
        (fields.Nested(Refusing, unknown=marshmallow.EXCLUDE), {"no": 1}, ".no", {}),
    ],
)
def test_unknown_keys_of_inner_tables_are_ignored_with_a_warning(
    field: fields.Field[Any],
    given: object,
    key: str,
    taken: object,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Outer(Configured):
        Config = marshmallow.Schema.from_dict({"target": field})  # type: ignore[assignment]

    assert create(Outer, {"target": given}).config == {"target": taken}
    (record,) = caplog.records
    assert record.getMessage().startswith(f"plugin_config.target{key}: unknown key, ignored")


@pytest.mark.parametrize(
    ("field", "given"),
    [
        (fields.Nested(Refusing), {"no": 1}),
        (fields.Nested(Refusing), {"inner": {"no": 1}}),
        (fields.List(fields.Nested(CreatedPlace, unknown=marshmallow.RAISE)), [{"no": 1}]),
    ],
)
def test_an_inner_schema_may_refuse_unknown_keys(
    field: fields.Field[Any], given: object, caplog: pytest.LogCaptureFixture
) -> None:
    class Outer(Configured):
        Config = marshmallow.Schema.from_dict({"target": field})  # type: ignore[assignment]

    assert "no: Unknown field." in refusal(Outer, {"target": given})
    assert not caplog.records


def test_a_schema_may_refuse_unknown_keys() -> None:
    assert "plugin_config.urls: Unknown field." in refusal(Strict, {"url": "u", "urls": "v"})


def test_an_error_that_is_no_validation_error_does_not_show_its_text() -> None:
    text = refusal(Careless, {"url": "hunter2"})

    assert "Config raised ValueError" in text
    assert "hunter2" not in text


@pytest.mark.parametrize("error", [RuntimeError("no"), SystemExit("no")])
def test_a_constructor_that_raises_is_refused_with_the_cause(error: BaseException) -> None:
    class Failing(Configured):
        def __init__(self) -> None:
            raise error

    text, _, place = refusal(Failing, {"url": "u"}).partition(" (")
    assert text == f"Plugin initialization failed: {type(error).__name__}: no"
    assert place.startswith(f"{__file__}:")


def test_a_plugin_that_cannot_be_given_its_config_is_refused() -> None:
    class ReadOnly(Configured):
        @property
        def config(self) -> None:
            return None

    text = refusal(ReadOnly, {"url": "u"})
    assert text.startswith("Plugin initialization failed: AttributeError: property 'config' of")


@pytest.mark.parametrize("wrong", [{"url": fields.String()}, Options(), int])
def test_a_config_that_is_no_schema_is_refused(wrong: object) -> None:
    class Wrong(Configured):
        Config = wrong  # type: ignore[assignment]

    assert refusal(Wrong, {"url": "u"}).startswith("the plugin's Config cannot be used: ")


def test_an_inner_table_without_a_schema_is_refused() -> None:
    class Dangling(Configured):
        class Config(marshmallow.Schema):
            target = fields.Nested("NoSuchSchema")

    text = refusal(Dangling, {"target": {"url": "hunter2"}})
    assert text.startswith("the plugin's Config cannot be used: RegistryError: ")
    assert "hunter2" not in text
