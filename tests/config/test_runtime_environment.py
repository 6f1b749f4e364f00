"""Environment variables over the runtime's configuration file."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import ConfigError, load_runtime
from config.model import TopicDurability
from config.runtime_environment import runtime_overrides

# The names that the reference runtime looks up, and ours: [shutdown] and the durability.
NAMES = """
HTTP_ENABLED HTTP_ADDRESS HTTP_API_KEY HTTP_CORS_ENABLED HTTP_CORS_ALLOWED_METHODS
HTTP_CORS_ALLOWED_ORIGINS HTTP_CORS_ALLOWED_HEADERS HTTP_CORS_EXPOSED_HEADERS
HTTP_CORS_ALLOW_CREDENTIALS HTTP_CORS_ALLOW_PRIVATE_NETWORK HTTP_TLS_ENABLED HTTP_TLS_CERT_FILE
HTTP_TLS_KEY_FILE HTTP_METRICS_ENABLED HTTP_METRICS_ENDPOINT TELEMETRY_ENABLED
TELEMETRY_SERVICE_NAME TELEMETRY_LOGS_TRANSPORT TELEMETRY_LOGS_ENDPOINT TELEMETRY_TRACES_TRANSPORT
TELEMETRY_TRACES_ENDPOINT IGGY_ADDRESS IGGY_USERNAME IGGY_PASSWORD IGGY_TOKEN IGGY_TLS_ENABLED
IGGY_TLS_CA_FILE IGGY_TLS_DOMAIN STATE_PATH CONNECTORS_CONFIG_TYPE CONNECTORS_CONFIG_DIR
CONNECTORS_BASE_URL CONNECTORS_TIMEOUT CONNECTORS_RESPONSE_DATA_PATH
CONNECTORS_RESPONSE_ERROR_PATH CONNECTORS_RETRY_ENABLED CONNECTORS_RETRY_MAX_ATTEMPTS
CONNECTORS_RETRY_INITIAL_BACKOFF CONNECTORS_RETRY_MAX_BACKOFF CONNECTORS_RETRY_BACKOFF_MULTIPLIER
LOGGING_FORMAT SHUTDOWN_TIMEOUT IGGY_TOPIC_DURABILITY
"""


@pytest.fixture(scope="module")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


def test_the_names_are_a_closed_list() -> None:
    environ = {f"IGGY_CONNECTORS_{name}": "x" for name in NAMES.split()}
    others = {
        "IGGY_CONNECTORS_CONNECTORS_REQUEST_HEADERS": "x",
        "IGGY_CONNECTORS_CONNECTORS_URL_TEMPLATES": "x",
        "iggy_connectors_http_enabled": "x",
    }

    overrides = runtime_overrides({**environ, **others})

    assert sorted(overrides.variables.values()) == sorted(environ)


def test_variables_win_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text('[http]\nenabled = true\naddress = "127.0.0.1:1"\n')
    environ = {
        "IGGY_CONNECTORS_CONFIG_PATH": "my.toml",
        "IGGY_CONNECTORS_HTTP_ENABLED": "FALSE",
        "IGGY_CONNECTORS_HTTP_ADDRESS": "[::1]:8081",
        "IGGY_CONNECTORS_STATE_PATH": "/var/state",
        "IGGY_CONNECTORS_LOGGING_FORMAT": "json",
        "IGGY_CONNECTORS_SHUTDOWN_TIMEOUT": "1.5s",
        "IGGY_CONNECTORS_IGGY_TOPIC_DURABILITY": "replicated",
        "IGGY_CONNECTORS_IGGY_REPAIR_GROUPS": "false",
        "IGGY_CONNECTORS_CONNECTORS_RETRY_MAX_ATTEMPTS": "+5",
        "IGGY_CONNECTORS_HTTP_CORS_ALLOWED_METHODS": "[GET, POST]",
    }

    runtime = load_runtime(environ, cwd=tmp_path).value

    assert not runtime.http.enabled
    assert (runtime.http.host, runtime.http.port) == ("::1", 8081)
    assert runtime.state_path == Path("/var/state")
    assert runtime.log_format == "json"
    assert runtime.stop_timeout_s == 1.5
    assert runtime.iggy.topic_durability is TopicDurability.REPLICATED
    assert runtime.iggy.repair_groups is False


@pytest.mark.parametrize("text", ["12345678", "true", "[secret]", "1e3", '"quoted"', " blank "])
def test_a_string_is_taken_as_it_is_whatever_it_looks_like(tmp_path: Path, text: str) -> None:
    runtime = load_runtime({"IGGY_CONNECTORS_IGGY_PASSWORD": text}, cwd=tmp_path).value

    assert runtime.iggy.password.reveal() == text


@given(
    st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1).filter(
        lambda text: not text.startswith("file:")
    )
)
def test_any_text_can_be_a_token(empty_folder: Path, text: str) -> None:
    runtime = load_runtime({"IGGY_CONNECTORS_IGGY_TOKEN": text}, cwd=empty_folder).value

    assert runtime.iggy.token.reveal() == text


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    environ = {"IGGY_CONNECTORS_IGGY_PASSWORD": "", "IGGY_CONNECTORS_HTTP_ENABLED": ""}

    runtime = load_runtime(environ, cwd=tmp_path).value

    assert runtime.iggy.password.reveal() == "iggy"
    assert runtime.http.enabled


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("HTTP_ENABLED", "1", "must be true or false"),
        ("HTTP_TLS_ENABLED", "true", "not served yet"),
        ("CONNECTORS_RETRY_MAX_ATTEMPTS", "1.7", "whole number"),
        ("CONNECTORS_RETRY_MAX_ATTEMPTS", "-1", "whole number"),
        ("HTTP_CORS_ALLOWED_METHODS", "GET", "array of strings"),
        ("SHUTDOWN_TIMEOUT", "4", "no unit"),
        ("IGGY_USERNAME", "\udcff", "UTF-8"),
    ],
)
def test_a_text_that_the_key_cannot_take_is_reported_under_the_variable(
    tmp_path: Path, name: str, text: str, problem: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        load_runtime({f"IGGY_CONNECTORS_{name}": text}, cwd=tmp_path)

    (finding,) = raised.value.findings
    assert (finding.source, finding.line) == (f"IGGY_CONNECTORS_{name}", None)
    assert problem in finding.problem
    assert str(finding).encode()


def test_unknown_names_are_warned_about_and_those_of_others_are_not(tmp_path: Path) -> None:
    environ = {
        "IGGY_CONNECTORS_HTTP_ADRESS": "hunter2",
        "IGGY_CONNECTORS_ENV_PATH": "x",
        "IGGY_CONNECTORS_SINK_STDOUT_ENABLED": "true",
        "IGGY_CONNECTORS_SOURCE_RANDOM_ENABLED": "true",
        "IGGY_TCP_ADDRESS": "127.0.0.1:8090",
        "IGGY_DISPLAY_CONFIG": "1",
    }

    (warning,) = load_runtime(environ, cwd=tmp_path).warnings

    assert warning.source == "IGGY_CONNECTORS_HTTP_ADRESS"
    assert warning.suggestion == "IGGY_CONNECTORS_HTTP_ADDRESS"
    assert "hunter2" not in str(warning)
