import pytest

from actors.config_store import ConfigStore
from actors.core import Ref, ask
from actors.queries import ConfigView, ConnectorNotFoundError, GetConfig
from config.model import BrokenConnector, ConfigFormat, ConnectorCatalog, Kind, TransformConfig
from tests.actors.configurations import sink_config, source_config

LIMIT_S = 5.0
TABLE = {"password": "of the target"}


def broken(key: str, *, enabled: bool = True, is_readable: bool = False) -> BrokenConnector:
    return BrokenConnector(
        kind=Kind.SINK,
        key=key,
        name=key,
        path="",
        enabled=enabled,
        error="it is broken",
        config=sink_config(key, plugin_config=TABLE) if is_readable else None,
    )


def config_of(store: Ref, kind: Kind, key: str) -> ConfigView:
    return ask(store, GetConfig(kind=kind, key=key), timeout_s=LIMIT_S)


@pytest.fixture
def store() -> Ref:
    catalog = ConnectorCatalog(
        connectors=(
            sink_config("same", plugin_config=TABLE),
            source_config("same"),
            sink_config("disabled", enabled=False),
        ),
        broken=(
            broken("unreadable"),
            broken("readable", is_readable=True),
            broken("off", enabled=False),
        ),
    )
    return ConfigStore.start(catalog=catalog)


def test_a_sink_and_a_source_may_have_the_same_key(store: Ref) -> None:
    assert config_of(store, Kind.SINK, "same").plugin_config == TABLE
    assert config_of(store, Kind.SOURCE, "same").plugin_config is None


def test_transforms_and_format_are_those_of_the_file() -> None:
    transform = TransformConfig(type="add_fields", enabled=False, options={"enabled": False})
    config = source_config("random")
    shown = type(config)(
        key=config.key,
        enabled=True,
        version=0,
        name=config.name,
        path=config.path,
        transforms=(transform,),
        plugin_config_format=ConfigFormat.YAML,
        plugin_config=TABLE,
        streams=config.streams,
    )
    store: Ref = ConfigStore.start(catalog=ConnectorCatalog(connectors=(shown,)))
    assert config_of(store, Kind.SOURCE, "random") == ConfigView(
        transforms=(transform,), plugin_config=TABLE, plugin_config_format=ConfigFormat.YAML
    )


def test_a_broken_connector_shows_what_could_be_read(store: Ref) -> None:
    assert config_of(store, Kind.SINK, "readable").plugin_config == TABLE
    assert config_of(store, Kind.SINK, "unreadable").plugin_config is None


@pytest.mark.parametrize("key", ["disabled", "off", "never heard of"])
def test_what_is_disabled_or_unknown_is_not_there(store: Ref, key: str) -> None:
    with pytest.raises(ConnectorNotFoundError, match=f"^Sink not found with key: {key}$"):
        config_of(store, Kind.SINK, key)
