"""What is in force when nobody sets anything, and where the configuration file is looked for."""

from pathlib import Path

import pytest

from config import ConfigError, load_runtime
from config.document import Document
from config.model import LogFormat, TopicDurability

# Key and default as the reference runtime documents them; ours beside them are [shutdown]
# and, of [iggy], topic_durability and repair_groups.
DEFAULTS = {
    "http.enabled": True,
    "http.address": "127.0.0.1:8081",
    "http.api_key": "",
    "http.cors.enabled": False,
    "http.cors.allowed_methods": ["GET", "POST", "PUT", "DELETE"],
    "http.cors.allowed_origins": ["*"],
    "http.cors.allowed_headers": ["content-type"],
    "http.cors.exposed_headers": [""],
    "http.cors.allow_credentials": False,
    "http.cors.allow_private_network": False,
    "http.metrics.enabled": False,
    "http.metrics.endpoint": "/metrics",
    "http.tls.enabled": False,
    "http.tls.cert_file": "core/certs/iggy_cert.pem",
    "http.tls.key_file": "core/certs/iggy_key.pem",
    "iggy.address": "localhost:8090",
    "iggy.username": "iggy",
    "iggy.password": "iggy",
    "iggy.token": "",
    "iggy.topic_durability": "persisted",
    "iggy.repair_groups": True,
    "iggy.tls.enabled": False,
    "iggy.tls.ca_file": "core/certs/iggy_ca_cert.pem",
    "iggy.tls.domain": "",
    "state.path": "local_state",
    "connectors.config_type": "local",
    "connectors.config_dir": "",
    "connectors.timeout": "10s",
    "connectors.retry.enabled": True,
    "connectors.retry.max_attempts": 3,
    "connectors.retry.initial_backoff": "1s",
    "connectors.retry.max_backoff": "30s",
    "connectors.retry.backoff_multiplier": 2,
    "telemetry.enabled": False,
    "telemetry.service_name": "iggy-connectors",
    "telemetry.logs.transport": "grpc",
    "telemetry.logs.endpoint": "http://localhost:4317",
    "telemetry.traces.transport": "grpc",
    "telemetry.traces.endpoint": "http://localhost:4317",
    "logging.format": "text",
    "shutdown.timeout": "4s",
}


def flat(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    values: dict[str, object] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            values |= flat(value, f"{prefix}{key}.")
        else:
            values[f"{prefix}{key}"] = value
    return values


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def test_the_defaults_are_those_of_the_reference_runtime() -> None:
    shipped = Path(__file__).parents[2] / "config" / "defaults.toml"

    assert flat(Document.read(shipped).table) == DEFAULTS


def test_without_file_and_variables_the_defaults_are_in_force(tmp_path: Path) -> None:
    loaded = load_runtime({}, cwd=tmp_path)

    runtime = loaded.value
    assert (runtime.http.enabled, runtime.http.host, runtime.http.port) == (True, "127.0.0.1", 8081)
    assert not runtime.http.api_key
    assert runtime.iggy.address == "localhost:8090"
    assert runtime.iggy.username == "iggy"
    assert runtime.iggy.password.reveal() == "iggy"
    assert not runtime.iggy.token
    assert not runtime.iggy.tls.enabled
    assert runtime.iggy.topic_durability is TopicDurability.PERSISTED
    assert runtime.iggy.repair_groups is True
    assert runtime.state_path == tmp_path / "local_state"
    assert runtime.connectors_dir is None
    assert runtime.log_format is LogFormat.TEXT
    assert runtime.stop_timeout_s == 4
    assert loaded.warnings == ()


def test_a_file_replaces_single_keys_and_keeps_the_other_defaults(tmp_path: Path) -> None:
    write(tmp_path / "my.toml", '[iggy]\nusername = "alice"\n[connectors]\nconfig_dir = "c"\n')

    runtime = load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "my.toml"}, cwd=tmp_path).value

    assert runtime.iggy.username == "alice"
    assert runtime.iggy.address == "localhost:8090"
    assert runtime.connectors_dir == tmp_path / "c"


def test_a_relative_config_path_is_looked_for_in_the_folders_above(tmp_path: Path) -> None:
    write(tmp_path / "etc" / "my.toml", '[iggy]\nusername = "above"\n')
    (tmp_path / "a" / "etc" / "my.toml").mkdir(parents=True)
    cwd = tmp_path / "a" / "b"
    cwd.mkdir()

    runtime = load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "etc/my.toml"}, cwd=cwd).value

    assert runtime.iggy.username == "above"


def test_the_nearest_file_wins(tmp_path: Path) -> None:
    write(tmp_path / "my.toml", '[iggy]\nusername = "far"\n')
    write(tmp_path / "a" / "my.toml", '[iggy]\nusername = "near"\n')

    runtime = load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "my.toml"}, cwd=tmp_path / "a").value

    assert runtime.iggy.username == "near"


def test_an_absolute_config_path_is_used_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "x" / "my.toml", '[iggy]\nusername = "there"\n')

    runtime = load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": str(path)}, cwd=tmp_path).value

    assert runtime.iggy.username == "there"


@pytest.mark.parametrize("environ", [{}, {"IGGY_CONNECTORS_CONFIG_PATH": ""}])
def test_without_a_config_path_the_usual_file_is_looked_for(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    write(tmp_path / "core/connectors/runtime/config.toml", '[iggy]\nusername = "usual"\n')
    cwd = tmp_path / "core" / "integration"
    cwd.mkdir()

    assert load_runtime(environ, cwd=cwd).value.iggy.username == "usual"


def test_a_config_path_that_names_no_file_is_a_warning(tmp_path: Path) -> None:
    environ = {
        "IGGY_CONNECTORS_CONFIG_PATH": "gone.toml",
        "IGGY_CONNECTORS_IGGY_USERNAME": "variable",
    }

    loaded = load_runtime(environ, cwd=tmp_path)

    assert loaded.value.iggy.username == "variable"
    (warning,) = loaded.warnings
    assert warning.source == "IGGY_CONNECTORS_CONFIG_PATH"
    assert "gone.toml" in str(warning)
    assert "no such file" in warning.problem


def test_a_file_that_is_not_toml_is_refused_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "my.toml", '[iggy]\npassword = "hunter2\n')

    with pytest.raises(ConfigError) as raised:
        load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "my.toml"}, cwd=tmp_path)

    (finding,) = raised.value.findings
    assert (finding.source, finding.line) == (str(path), 2)
    assert "not valid TOML" in finding.problem
    assert "hunter2" not in str(raised.value)


def test_a_file_that_is_not_utf_8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_bytes(b'[iggy]\nusername = "\xff"\n')

    with pytest.raises(ConfigError, match="not UTF-8"):
        load_runtime({"IGGY_CONNECTORS_CONFIG_PATH": "my.toml"}, cwd=tmp_path)
