"""`iggy-connectors new`: what it writes works as it stands."""

import subprocess
import sys
from pathlib import Path

import pytest

from cli.exit_code import ExitCode
from config.connector_loader import load_connectors
from config.model import Kind, SinkConfig, SourceConfig
from connectors.registry import find_plugin
from tests.cli.command import environment, run

each_kind = pytest.mark.parametrize("kind", ["sink", "source"])


@each_kind
def test_the_new_connector_passes_its_own_test(kind: str, tmp_path: Path) -> None:
    assert run("new", kind, "my_orders", cwd=tmp_path).returncode == ExitCode.STOPPED
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", f"test_my_orders_{kind}.py"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout
    assert "passed" in tested.stdout
    assert "skipped" not in tested.stdout


@each_kind
def test_the_new_configuration_finds_the_new_connector(kind: str, tmp_path: Path) -> None:
    ended = run("new", kind, f"orders_{kind}", cwd=tmp_path)
    loaded = load_connectors(tmp_path, {})
    (config,) = loaded.value.connectors

    assert not loaded.warnings
    assert (config.key, config.kind) == ("orders", kind)
    found = find_plugin(config.path, config.kind, cwd=tmp_path)
    assert found.plugin_class.__name__ == f"Orders{kind.capitalize()}"
    for file in tmp_path.glob("*orders*"):
        assert f"{file.name}\n" in ended.stdout


def test_a_source_and_a_sink_of_one_name_work_together_without_a_loop(tmp_path: Path) -> None:
    for kind in ("source", "sink"):
        assert run("new", kind, "orders", cwd=tmp_path).returncode == ExitCode.STOPPED
    loaded = load_connectors(tmp_path, {})
    configs = {config.kind: config for config in loaded.value.connectors}
    source, sink = configs[Kind.SOURCE], configs[Kind.SINK]

    assert isinstance(source, SourceConfig)
    assert isinstance(sink, SinkConfig)
    (sent_to,), (read_from,) = source.streams, sink.streams
    assert (sent_to.stream, (sent_to.topic,)) == (read_from.stream, tuple(read_from.topics))
    assert source.plugin_config != sink.plugin_config


@each_kind
def test_nothing_is_overwritten_nor_written_beside_it(kind: str, tmp_path: Path) -> None:
    mine = tmp_path / f"test_orders_{kind}.py"
    mine.write_text("mine")
    ended = run("new", kind, "orders", cwd=tmp_path)

    assert (ended.returncode, ended.stdout) == (ExitCode.BAD_CONFIGURATION, "")
    assert f"{mine.name} is here already" in ended.stderr
    assert mine.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [mine]


@pytest.mark.parametrize("name", ["Orders", "../orders", "2go", "a-b", "", "a__b", "a'b", "_sink"])
def test_a_name_that_is_no_module_name_is_refused(name: str, tmp_path: Path) -> None:
    ended = run("new", "sink", name, cwd=tmp_path)

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert "is no name in snake_case" in ended.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("length", [300, 245])
def test_what_the_file_system_refuses_is_said_and_nothing_is_left(
    length: int, tmp_path: Path
) -> None:
    ended = run("new", "sink", "a" * length, cwd=tmp_path)

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert "File name too long: '" in ended.stderr
    assert not list(tmp_path.iterdir())


def test_a_link_to_nowhere_is_a_file_that_is_here(tmp_path: Path) -> None:
    link = tmp_path / "orders_sink.toml"
    link.symlink_to("nowhere")
    ended = run("new", "sink", "orders", cwd=tmp_path)

    assert ended.returncode == ExitCode.BAD_CONFIGURATION
    assert "orders_sink.toml is here already" in ended.stderr
    assert list(tmp_path.iterdir()) == [link]
