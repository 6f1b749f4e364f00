"""What `iggy-connectors new sink` writes; `$Name` and `$name` stand for the user's name."""

PLUGIN = '''\
"""Writes records to a file, one JSON document per line: put your target in its place."""

import os
from typing import BinaryIO

import orjson
from marshmallow import Schema, fields

from connectors import Batch, Sink


class ${Name}Config(Schema):
    """The `[plugin_config]` table. For a password use connectors.SecretText, which masks itself."""

    file = fields.String(required=True, metadata={"description": "Where the records go."})


class ${Name}Sink(Sink):
    """Appends every record to a file."""

    Config = ${Name}Config
    target: BinaryIO | None = None

    def open(self) -> None:
        self.target = open(self.config["file"], "ab")

    def consume(self, batch: Batch) -> None:
        """Return when all is safe: then the offsets move, and this batch never comes again."""
        assert self.target is not None
        self.target.writelines(orjson.dumps(record.payload) + b"\\n" for record in batch)
        self.target.flush()
        os.fsync(self.target.fileno())

    def close(self) -> None:
        if self.target is not None:
            self.target.close()
'''

TEST = '''\
"""All that a sink must do, tried on this one; add what only this one does."""

import json
from pathlib import Path
from typing import Any

import pytest

from connectors.testing import SinkContract
from ${name}_sink import ${Name}Sink


class Test${Name}Sink(SinkContract):
    plugin_class = ${Name}Sink

    @pytest.fixture(autouse=True)
    def target(self, tmp_path: Path) -> None:
        self.file = tmp_path / "records.jsonl"
        self.file.touch()

    def plugin_config(self) -> dict[str, Any]:
        return {"file": str(self.file)}

    def read_target(self) -> list[Any]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]
'''

CONNECTOR = """\
type = "sink"
key = "${name}"
enabled = true
version = 0
name = "${Name}"
path = "${name}_sink.py"

# What it reads, to be put in the place of these: they have the records of the example source,
# and those of a source made by "iggy-connectors new source".
[[streams]]
stream = "example_stream"
topics = ["example_topic"]
schema = "json"

[plugin_config]
# Never a file that a source reads into the same topic: they would feed each other without end.
file = "${name}_received.jsonl"
"""
