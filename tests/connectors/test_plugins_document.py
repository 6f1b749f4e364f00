"""Runs the examples of docs/plugins.md."""

import logging
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from config.connector_loader import load_connectors
from config.model import Kind, Schema, SinkConfig
from connectors import Produced, Sink, Source
from connectors.blocking import BlockingSink
from connectors.create import create_plugin
from connectors.outgoing import encode_produced
from connectors.registry import find_plugin
from connectors.testing import SinkContract, SourceContract
from connectors.testing.plugin_contract import PluginContract
from connectors.transforms import TransformChain
from tests.cli.command import environment
from tests.connectors.messages import batch

DOCUMENT = Path(__file__).parents[2] / "docs" / "plugins.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for name, code in blocks:
        (tmp_path / name).write_text(code)
    assert {name for name, _ in blocks} == {
        "lines_sink.py",
        "count_source.py",
        "options.py",
        "columns.py",
        "async_sink.py",
        "retrying.py",
        "test_lines_sink.py",
        "test_count_source.py",
    }
    return tmp_path


def create(
    folder: Path, path: str, kind: Kind, config: object, *, is_stopping: bool = False
) -> Sink | Source:
    stopping = threading.Event()
    if is_stopping:
        stopping.set()
    found = find_plugin(path, kind, cwd=folder)
    log = logging.getLogger("example")
    return create_plugin(
        found.plugin_class,
        key="example",
        log=log,
        plugin_config=config,
        stopping=stopping,
    )


def test_the_sink_writes_what_it_is_given(folder: Path) -> None:
    text, _ = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    lines = folder / "lines.txt"
    (folder / "lines.toml").write_text(text.replace("lines.txt", str(lines)))
    loaded = load_connectors(folder, {})
    assert not loaded.warnings
    (config,) = loaded.value.connectors
    assert isinstance(config, SinkConfig)
    sink = create(folder, config.path, config.kind, config.plugin_config)
    assert isinstance(sink, Sink)

    sink.close()
    sink.open()
    sink.consume(batch(b'{"n":1}', b'{"n":2}', schema=config.streams[0].schema))
    sink.close()

    assert lines.read_text() == '{"n":1}\n{"n":2}\n'


def test_the_source_counts_on_from_its_state(folder: Path) -> None:
    source = create(folder, "count_source.py", Kind.SOURCE, None)
    assert isinstance(source, Source)
    source.open(b"40")
    refused = source.poll()
    source.on_batch_result(accepted=False)
    repeated = source.poll()
    source.on_batch_result(accepted=True)
    following = source.poll()

    assert isinstance(refused, Produced)
    assert refused == repeated
    assert refused.state == b"50"
    assert isinstance(following, Produced)
    assert following.state == b"60"
    outgoing = encode_produced(following, schema=Schema.JSON, chain=TransformChain())
    assert outgoing.payloads[0] == '{"n":50}'


def test_records_and_columns_are_read_as_shown(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names: dict[str, object] = {}
    exec((folder / "columns.py").read_text(), names)  # noqa: S102 - the document's own example
    total = names["total"]
    assert callable(total)

    assert total(batch(b'"a"', b"[1]")) == 6
    assert capsys.readouterr().out == "100 {} a\n101 {} [1]\n"


def test_the_contracts_hold_for_the_examples(folder: Path) -> None:
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert tested.returncode == 0, tested.stdout
    assert "23 passed" in tested.stdout


def test_the_asynchronous_sink_takes_its_time_but_stops(folder: Path) -> None:
    sink = create(folder, "async_sink.py", Kind.SINK, None)
    assert isinstance(sink, Sink)
    blocking = BlockingSink(sink)
    blocking.open()
    blocking.consume(batch(b"1", b"2"))

    assert sink.written == [1, 2]  # type: ignore[attr-defined]
    blocking.close()


def test_the_options_make_a_typed_config_whose_secret_is_masked(folder: Path) -> None:
    names: dict[str, Any] = {}
    exec((folder / "options.py").read_text(), names)  # noqa: S102 - the document's own example
    schema = names["ShopOptions"]()
    config = schema.load({"url": "here", "password": "hunter2"})

    assert (config.url, config.retries, config.password.reveal()) == ("here", 3, "hunter2")
    assert "hunter2" not in repr(config)
    assert schema.load({"url": "here"}).password is None


def test_a_retry_gives_up_when_it_is_time_to_end(folder: Path) -> None:
    source = create(folder, "retrying.py", Kind.SOURCE, None, is_stopping=True)
    assert isinstance(source, Source)

    with pytest.raises(ConnectionRefusedError):
        source.poll()


def test_the_table_of_what_a_suite_asks_for_is_complete() -> None:
    told = set(re.findall(r"^\| `(\w+)", DOCUMENT.read_text(), re.MULTILINE))
    for contract in (PluginContract, SinkContract, SourceContract):
        asked = {name for name in vars(contract) if not name.startswith(("_", "test_"))}
        assert asked <= told
