"""The banner, for configurations that differ in what is worth saying."""

from pathlib import Path

from cli.banner import banner
from cli.configuration import load_configuration
from tests.config.connector_folder import SINK


def shown(cwd: Path, **environ: str) -> str:
    variables = {f"IGGY_CONNECTORS_{name}": value for name, value in environ.items()}
    return banner(load_configuration(variables, cwd=cwd))


def test_it_says_what_runs_and_what_to_try(tmp_path: Path) -> None:
    text = shown(tmp_path, IGGY_ADDRESS="iggy.example:8090", HTTP_ADDRESS="127.0.0.1:9999")
    assert "iggy.example:8090" in text
    assert "curl http://127.0.0.1:9999/sinks" in text
    assert str(tmp_path / "local_state") in text
    assert "no directory: 0 sources, 0 sinks" in text


def test_it_counts_the_connectors(tmp_path: Path) -> None:
    directory = tmp_path / "connectors"
    directory.mkdir()
    (directory / "a.toml").write_text(SINK)
    (directory / "b.toml").write_text(SINK.replace("stdout", "b").replace("true", "false"))
    (directory / "c.toml").write_text("not toml")
    text = shown(tmp_path, CONNECTORS_CONFIG_DIR="connectors")
    assert f"{directory}: 0 sources, 1 sink, 1 disabled, 1 broken" in text


def test_an_address_for_everybody_is_shown_as_one_that_can_be_opened(tmp_path: Path) -> None:
    assert "http://127.0.0.1:80/sinks" in shown(tmp_path, HTTP_ADDRESS="0.0.0.0:80")
    assert "http://[::1]:80/sinks" in shown(tmp_path, HTTP_ADDRESS="[::]:80")


def test_without_an_api_there_is_nothing_to_try(tmp_path: Path) -> None:
    text = shown(tmp_path, HTTP_ENABLED="false")
    assert "HTTP API    off" in text
    assert "curl" not in text


def test_a_free_port_is_not_guessed(tmp_path: Path) -> None:
    text = shown(tmp_path, HTTP_ADDRESS="127.0.0.1:0")
    assert "at a free port that the log names" in text
    assert "curl" not in text


def test_the_api_key_is_asked_for_but_not_shown(tmp_path: Path) -> None:
    text = shown(tmp_path, HTTP_API_KEY="hidden-key", IGGY_PASSWORD="hidden-password")
    assert "curl -H 'api-key: <your key>' http://" in text
    assert "hidden" not in text
