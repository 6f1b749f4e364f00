"""Everything that is read before the start, in one value."""

from pathlib import Path

import pytest

from cli.configuration import load_configuration
from config import ConfigError


def test_the_env_file_reaches_the_runtimes_configuration(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("IGGY_CONNECTORS_STATE_PATH=mine\n")
    configuration = load_configuration({}, cwd=tmp_path)
    assert configuration.runtime.state_path == tmp_path / "mine"
    assert configuration.environ["IGGY_CONNECTORS_STATE_PATH"] == "mine"
    assert configuration.catalog.connectors == ()
    assert configuration.warnings == ()


def test_warnings_of_all_readers_are_kept(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("this is no assignment\n")
    environ = {
        "IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR": "connectors",
        "IGGY_CONNECTORS_NO_SUCH_THING": "1",
    }
    sources = [one.source for one in load_configuration(environ, cwd=tmp_path).warnings]
    assert sources == [
        str(tmp_path / ".env"),
        "IGGY_CONNECTORS_NO_SUCH_THING",
        str(tmp_path / "connectors"),
    ]


def test_warnings_are_in_the_report_of_an_error_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("this is no assignment\n")
    with pytest.raises(ConfigError) as raised:
        load_configuration({"IGGY_CONNECTORS_HTTP_ENABLED": "maybe"}, cwd=tmp_path)
    assert [one.source for one in raised.value.findings] == [
        "IGGY_CONNECTORS_HTTP_ENABLED",
        str(tmp_path / ".env"),
    ]
