"""Runs the examples of docs/transforms.md and docs/codecs.md."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import pytest

from config import load_connector
from config.model import Schema, SinkConfig
from config.transform_names import TRANSFORMS
from connectors.codecs import build_codec
from connectors.testing.batches import make_batch
from connectors.transforms import build_chain
from tests.connectors.codec_of import encoded, source_codec
from tests.connectors.schemas import USER_BFBS, USER_PROTO

DOCS = Path(__file__).parents[2] / "docs"
TRANSFORMS_TEXT = (DOCS / "transforms.md").read_text()
STREAMS = re.findall(r"```toml\n(.*?)```", (DOCS / "codecs.md").read_text(), re.DOTALL)
EXAMPLES = re.findall(
    r"```toml\n(.*?)```\n\n(?:```python\n# (\S+)\n(.*?)```\n\n)?```json\n(.*?)```",
    TRANSFORMS_TEXT,
    re.DOTALL,
)
ORDER = {
    "type": "record",
    "name": "Order",
    "fields": [{"name": "order_id", "type": "long"}],
}
HEAD = """
type = "sink"
key = "example"
enabled = true
version = 0
name = "Example"
path = "stdout"
"""
STREAM = """
[[streams]]
stream = "shop"
topics = ["orders"]
schema = "json"
"""


def sink(folder: Path, text: str) -> SinkConfig:
    file = folder / "example.toml"
    file.write_text(HEAD + text)
    loaded = load_connector(file, {})
    assert loaded.warnings == ()
    assert isinstance(loaded.value, SinkConfig)
    return loaded.value


def shown(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_transforms_do_what_they_show(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config, file, code, records = EXAMPLES[number]
    monkeypatch.chdir(tmp_path)
    if file:
        Path(file).write_text(code)
    before, *after = map(json.loads, records.splitlines())
    batch = make_batch([json.dumps(before).encode()])
    batch.transform(build_chain(sink(tmp_path, STREAM + config).transforms))

    assert [shown(value) for value in batch.values] == after
    assert not batch.outcome.rejections


def test_every_example_with_a_record_is_run_and_every_transform_is_told_of() -> None:
    assert TRANSFORMS_TEXT.count("```json") == len(EXAMPLES)
    for name in TRANSFORMS:
        assert f"`{name}`" in TRANSFORMS_TEXT or f"# {name}\n" in TRANSFORMS_TEXT


@pytest.mark.parametrize("text", STREAMS)
def test_a_payload_goes_through_each_stream_of_the_codecs(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("order.avsc").write_text(json.dumps(ORDER))
    for name, source in (("user.proto", USER_PROTO), ("user.bfbs", USER_BFBS)):
        Path(name).write_bytes(Path(source).read_bytes())
    (stream,) = sink(tmp_path, text).streams
    payload, value = payload_of(stream.schema)
    batch = make_batch([payload], codec=build_codec(stream))

    assert (batch.values, batch.schema) == ([value], Schema.JSON)


def payload_of(schema: Schema) -> tuple[bytes, object]:
    """Return a payload, and what the example of that schema makes of it."""
    if schema is Schema.AVRO:
        return b"\x0e", {"id": 7}
    if schema is Schema.PROTO:
        return b"\x08\x07\x12\x03Ann", {"user_id": 7, "name": "Ann"}
    value = {"id": 7, "name": "Ann", "active": True, "created_at": 5}
    (payload,) = encoded(source_codec(schema, schema_path=USER_BFBS), Schema.JSON, value).values
    return payload, value
