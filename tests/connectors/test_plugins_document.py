"""Runs the examples of docs/plugins.md."""

import logging
import re
import threading
from pathlib import Path

import pytest

from config.connector_loader import load_connectors
from config.model import Kind, Schema, SinkConfig
from connectors import Produced, Sink, Source
from connectors.create import create_plugin
from connectors.outgoing import encode_produced
from connectors.registry import find_plugin
from connectors.transforms import TransformChain
from tests.connectors.messages import batch

DOCUMENT = Path(__file__).parents[2] / "docs" / "plugins.md"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    blocks = re.findall(r"```python\n# (\S+)\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    for name, code in blocks:
        (tmp_path / name).write_text(code)
    assert {"lines_sink.py", "count_source.py", "columns.py"} == {name for name, _ in blocks}
    return tmp_path


def create(folder: Path, path: str, kind: Kind, config: object) -> Sink | Source:
    found = find_plugin(path, kind, cwd=folder)
    log = logging.getLogger("example")
    return create_plugin(
        found.plugin_class,
        key="example",
        log=log,
        plugin_config=config,
        stopping=threading.Event(),
    )


def test_the_sink_writes_what_it_is_given(folder: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
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
