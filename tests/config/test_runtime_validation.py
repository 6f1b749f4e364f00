"""Mistakes in the runtime's configuration: all of them are reported, and well."""

from collections.abc import Callable
from pathlib import Path

import pytest

from config import ConfigError, Finding, Loaded, load_runtime
from config.model import RuntimeConfig

Load = Callable[..., Loaded[RuntimeConfig]]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def load_text(text: str, **environ: str) -> Loaded[RuntimeConfig]:
        (tmp_path / "my.toml").write_text(text)
        return load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "my.toml", **environ}, cwd=tmp_path)

    return load_text


def findings(load: Load, text: str, **environ: str) -> tuple[Finding, ...]:
    with pytest.raises(ConfigError) as raised:
        load(text, **environ)
    return raised.value.findings


@pytest.mark.parametrize(
    ("text", "key", "problem"),
    [
        ('http.enabled = "on"', "http.enabled", "must be true or false"),
        ("http.enabled = 1", "http.enabled", "must be true or false"),
        ('connectors.retry.max_attempts = "5"', "connectors.retry.max_attempts", "whole number"),
        ("connectors.retry.max_attempts = 1.7", "connectors.retry.max_attempts", "whole number"),
        ("connectors.retry.max_attempts = 2.0", "connectors.retry.max_attempts", "whole number"),
        ("connectors.retry.max_attempts = true", "connectors.retry.max_attempts", "whole number"),
        ("connectors.retry.max_attempts = -1", "connectors.retry.max_attempts", "from 0"),
        ("connectors.retry.max_attempts = 4294967296", "connectors.retry.max_attempts", "from 0"),
        ("iggy.username = 5", "iggy.username", "must be a string"),
        ("iggy.username = 2026-01-01", "iggy.username", "must be a string"),
        ('iggy.username = "a\\u0000"', "iggy.username", "NUL"),
        ("iggy = 5", "iggy", "must be a table"),
        ("[[http]]", "http", "must be a table"),
        ('http.cors.allowed_origins = "*"', "http.cors.allowed_origins", "array of strings"),
        ("http.cors.allowed_origins = [1]", "http.cors.allowed_origins[0]", "must be a string"),
        ("connectors.timeout = 10", "connectors.timeout", "must be a string"),
        ('connectors.timeout = "10"', "connectors.timeout", "no unit"),
        ('connectors.config_type = "remote"', "connectors.config_type", "not known"),
        ('connectors.request_headers = "x"', "connectors.request_headers", "table of strings"),
        ('logging.format = "TEXT"', "logging.format", "not known"),
        ('iggy.topic_durability = "none"', "iggy.topic_durability", "not known"),
        ('iggy.repair_groups = "no"', "iggy.repair_groups", "true or false"),
        ('telemetry.logs.transport = "udp"', "telemetry.logs.transport", "not known"),
        ('state.path = ""', "state.path", "must not be empty"),
        ('shutdown.timeout = "0"', "shutdown.timeout", "longer than 0"),
        ('shutdown.timeout = "unlimited"', "shutdown.timeout", "longer than 0"),
        ('http.address = "localhost"', "http.address", "not an address"),
        ('http.address = ":8081"', "http.address", "not an address"),
        ('http.address = "localhost:70000"', "http.address", "not an address"),
        ('http.address = "http://localhost:80"', "http.address", "not an address"),
        ('http.address = "::1:8081"', "http.address", "not an address"),
        ('http.address = "[::1::]:8081"', "http.address", "not an address"),
        ('iggy.address = "localhost:0"', "iggy.address", "not an address"),
    ],
)
def test_a_value_of_the_wrong_type_or_form_is_refused(
    load: Load, text: str, key: str, problem: str
) -> None:
    (finding,) = findings(load, text)

    assert finding.key == key
    assert finding.line == 1
    assert problem in finding.problem


@pytest.mark.parametrize(
    "setting",
    ["http.tls.enabled", "http.cors.enabled", "http.metrics.enabled", "telemetry.enabled"],
)
def test_what_is_not_served_yet_is_refused_when_it_is_switched_on(load: Load, setting: str) -> None:
    (finding,) = findings(load, f"{setting} = true")

    assert finding.key == setting
    assert "not served yet" in finding.problem


def test_the_http_provider_is_not_served_yet(load: Load) -> None:
    text = '[connectors]\nconfig_type = "http"\nbase_url = "http://localhost"\n'

    (finding,) = findings(load, text)

    assert (finding.key, finding.line) == ("connectors.config_type", 2)
    assert "not served yet" in finding.problem


def test_tables_of_what_is_not_served_are_known_and_harmless_when_it_is_off(load: Load) -> None:
    text = """
        [http.cors]
        enabled = false
        allowed_methods = ["BREW"]
        [http.tls]
        enabled = false
        cert_file = "nowhere.pem"
        [connectors]
        config_type = "local"
        base_url = "http://localhost:8082/api"
        [connectors.request_headers]
        api-key = "test"
        [connectors.url_templates]
        create_sink = "/x/{key}"
        [connectors.response]
        data_path = "data"
        [connectors.retry]
        max_attempts = 7
        """

    assert load(text).warnings == ()


def test_everything_that_is_wrong_is_reported_at_once(load: Load) -> None:
    text = """[http]
adress = "localhost:8081"
enabled = "yes"
[logging]
format = "jsn"
[iggy]
username = ""
"""
    environ = {
        "IGGY_CONNECTORS_HTTP_ADDRESS": "nowhere",
        "IGGY_CONNECTORS_IGGY_PASSWORT": "hunter2",
    }

    with pytest.raises(ConfigError) as raised:
        load(text, **environ)

    lines = str(raised.value).replace(raised.value.findings[0].source, "my.toml").splitlines()
    assert lines == [
        "The runtime's configuration cannot be used:",
        '  my.toml:3: http.enabled = "yes": must be true or false',
        (
            '  my.toml:5: logging.format = "jsn": is not known'
            " (allowed: text, json; did you mean 'json'?)"
        ),
        '  my.toml:7: iggy.username = "": must not be empty where no iggy.token is set',
        (
            '  IGGY_CONNECTORS_HTTP_ADDRESS: http.address = "nowhere": is not an address'
            " (allowed: host:port or [IPv6]:port, port 0 to 65535)"
        ),
        (
            "  IGGY_CONNECTORS_IGGY_PASSWORT: unknown variable, ignored"
            " (did you mean 'IGGY_CONNECTORS_IGGY_PASSWORD'?)"
        ),
        "  my.toml:2: http.adress: unknown key, ignored (did you mean 'address'?)",
    ]


def test_unknown_keys_are_warned_about_and_ignored(load: Load) -> None:
    loaded = load('[iggy]\npasswrod = "hunter2"\n["odd\\nname"]\nx = 1\n')

    first, second = loaded.warnings
    assert (first.key, first.line, first.suggestion) == ("iggy.passwrod", 2, "password")
    assert (second.key, second.line, second.suggestion) == ('"odd\\nname"', 3, None)
    assert "hunter2" not in str(loaded.warnings)
    assert loaded.value.iggy.password.reveal() == "iggy"


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [
        ("[::1]:8090", "::1", 8090),
        ("[fe80::1]:0", "fe80::1", 0),
        ("0.0.0.0:65535", "0.0.0.0", 65535),  # noqa: S104 - only parsed
        ("my-host.example:1", "my-host.example", 1),
    ],
)
def test_http_addresses_are_split_into_host_and_port(
    load: Load, address: str, host: str, port: int
) -> None:
    http = load(f'http.address = "{address}"').value.http

    assert (http.host, http.port) == (host, port)


def test_an_ipv6_address_of_iggy_keeps_its_brackets(load: Load) -> None:
    assert load('iggy.address = "[::1]:8090"').value.iggy.address == "[::1]:8090"


def test_credentials_in_an_address_are_not_shown(load: Load) -> None:
    (finding,) = findings(load, 'iggy.address = "iggy://iggy:hunter2/@localhost:8090"')

    assert "localhost" in str(finding)
    assert "hunter2" not in str(finding)


@pytest.mark.parametrize("key", ["iggy.password", "iggy.token", "http.api_key"])
def test_a_secret_of_the_wrong_type_is_not_shown(load: Load, key: str) -> None:
    (finding,) = findings(load, f"{key} = 123456789")

    assert finding.key == key
    assert finding.value is None
    assert "123456789" not in str(finding)


def test_tls_needs_a_ca_file(load: Load, tmp_path: Path) -> None:
    (missing,) = findings(load, "iggy.tls.enabled = true")
    (empty,) = findings(load, 'iggy.tls = {enabled = true, ca_file = ""}')
    (tmp_path / "ca.pem").touch()
    tls = load('iggy.tls = {enabled = true, ca_file = "ca.pem"}').value.iggy.tls

    assert (missing.source, missing.key) == ("the built-in defaults", "iggy.tls.ca_file")
    assert "no such file" in missing.problem
    assert "must not be empty" in empty.problem
    assert tls.ca_file == str(tmp_path / "ca.pem")


def test_username_and_password_may_be_empty_beside_a_token(load: Load) -> None:
    text = '[iggy]\nusername = ""\npassword = ""\n'

    missing = findings(load, text)
    with_token = load(text, IGGY_CONNECTORS_IGGY_TOKEN="secret-token").value

    assert [finding.key for finding in missing] == ["iggy.username", "iggy.password"]
    assert with_token.iggy.token.reveal() == "secret-token"
    assert "secret-token" not in repr(with_token)
