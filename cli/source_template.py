"""What `iggy-connectors new source` writes; `$Name` and `$name` stand for the user's name."""

PLUGIN = '''\
"""Follows a file with one JSON document per line: put what you read from in its place."""

from itertools import islice, takewhile

from marshmallow import Schema, fields, validate

from connectors import FatalError, Produced, ProducedRecord, Source


class ${Name}Config(Schema):
    """The `[plugin_config]` table. For a password use connectors.SecretText, which masks itself."""

    file = fields.String(required=True, metadata={"description": "Where the records come from."})
    batch_length = fields.Integer(
        strict=True,
        load_default=100,
        validate=validate.Range(min=1),
        metadata={"description": "The most lines that are read at once."},
    )


class ${Name}Source(Source):
    """Yields the lines of a file; its state is how many bytes of it are in Iggy."""

    Config = ${Name}Config

    def open(self, state: bytes | None) -> None:
        try:
            self.position = self.reached = int(state or 0)
        except ValueError as error:
            raise FatalError("the state is no position in a file") from error

    def poll(self) -> Produced | None:
        with open(self.config["file"], "rb") as file:
            file.seek(self.position)
            some = islice(file, self.config["batch_length"])
            lines = list(takewhile(lambda line: line.endswith(b"\\n"), some))
        if not lines:
            self.stopping.wait(0.5)
            return None
        self.reached = self.position + sum(map(len, lines))
        records = [ProducedRecord(line.strip()) for line in lines if line.strip()]
        return Produced(records, state=str(self.reached).encode())

    def on_batch_result(self, accepted: bool) -> None:
        """Move on when Iggy has the records; else the same come again."""
        if accepted:
            self.position = self.reached
'''

TEST = '''\
"""All that a source must do, tried on this one; add what only this one does."""

from pathlib import Path
from typing import Any

import pytest

from connectors.testing import SourceContract
from ${name}_source import ${Name}Source


class Test${Name}Source(SourceContract):
    plugin_class = ${Name}Source
    wrong_configs = ({"file": "records.jsonl", "batch_length": 0},)

    @pytest.fixture(autouse=True)
    def origin(self, tmp_path: Path) -> None:
        self.file = tmp_path / "records.jsonl"
        self.file.write_text("".join(f'{{"id":{number}}}\\n' for number in range(10)))

    def plugin_config(self) -> dict[str, Any]:
        return {"file": str(self.file), "batch_length": 3}
'''

CONNECTOR = """\
type = "source"
key = "${name}"
enabled = true
version = 0
name = "${Name}"
path = "${name}_source.py"

# Where its records go, to be put in the place of these: the example sink shows them, and a sink
# made by "iggy-connectors new sink" writes them to a file.
[[streams]]
stream = "example_stream"
topic = "example_topic"
schema = "json"

[plugin_config]
# One JSON document per line; try: echo '{"id":1}' >> ${name}.jsonl
file = "${name}.jsonl"
"""
