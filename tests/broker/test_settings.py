"""What the environment sets."""

from pathlib import Path

import pytest

from broker import BrokerSettings, InvalidSettingError


def test_without_variables_the_defaults_hold() -> None:
    assert BrokerSettings.from_environ({}) == BrokerSettings()
    assert BrokerSettings.from_environ({"IGGY_BROKER_HOLD_MS": ""}) == BrokerSettings()


def test_every_variable_is_read() -> None:
    settings = BrokerSettings.from_environ(
        {
            "IGGY_TCP_ADDRESS": "0.0.0.0:9000",
            "IGGY_SYSTEM_PATH": "/data",
            "IGGY_ROOT_USERNAME": "admin",
            "IGGY_ROOT_PASSWORD": "1234",
            "IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT": "1m",
            "IGGY_BROKER_HOLD_MS": "0",
            "IGGY_BROKER_CRASH": "server",
        }
    )
    assert settings == BrokerSettings(
        host="0.0.0.0",  # noqa: S104 - read, not listened on
        port=9000,
        data_directory=Path("/data"),
        root_username="admin",
        root_password="1234",
        rebalancing_timeout_s=60.0,
        hold_s=0.0,
        crashes_like_the_server=True,
    )


@pytest.mark.parametrize(
    ("text", "seconds"), [("30", 30), ("30s", 30), ("1.5 s", 1.5), ("250ms", 0.25), ("2h", 7200)]
)
def test_durations_have_units(text: str, seconds: float) -> None:
    settings = BrokerSettings.from_environ({"IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT": text})
    assert settings.rebalancing_timeout_s == seconds


def test_an_ipv6_address_stands_in_brackets() -> None:
    settings = BrokerSettings.from_environ({"IGGY_TCP_ADDRESS": "[::1]:8090"})
    assert (settings.host, settings.port) == ("::1", 8090)


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("IGGY_TCP_ADDRESS", "localhost", "host:port"),
        ("IGGY_TCP_ADDRESS", ":8090", "host:port"),
        ("IGGY_TCP_ADDRESS", "localhost:65536", "host:port"),
        ("IGGY_ROOT_USERNAME", "me", "3 to 50 bytes"),
        ("IGGY_TCP_TLS_ENABLED", "maybe", "true or false"),
        ("IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT", "soon", "a duration"),
        ("IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT", "-1s", "a duration"),
        ("IGGY_CONSUMER_GROUP_REBALANCING_TIMEOUT", "nan", "a duration"),
        ("IGGY_BROKER_HOLD_MS", "501", "0 to 500"),
        ("IGGY_BROKER_HOLD_MS", "-1", "0 to 500"),
        ("IGGY_BROKER_HOLD_MS", "20ms", "0 to 500"),
        ("IGGY_BROKER_CRASH", "often", "server"),
    ],
)
def test_a_bad_value_is_named_with_what_is_allowed(variable: str, value: str, allowed: str) -> None:
    with pytest.raises(InvalidSettingError) as caught:
        BrokerSettings.from_environ({variable: value})
    assert f"{variable}={value}" in str(caught.value)
    assert allowed in str(caught.value)


def test_a_bad_password_is_not_shown() -> None:
    with pytest.raises(InvalidSettingError) as caught:
        BrokerSettings.from_environ({"IGGY_ROOT_PASSWORD": "pw"})
    assert "pw" not in str(caught.value).replace("IGGY_ROOT_PASSWORD", "")


def test_no_password_is_shown_by_the_settings_either() -> None:
    assert "hunter2" not in repr(BrokerSettings(root_password="hunter2"))
