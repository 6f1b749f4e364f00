"""Records through a schema and Python transforms, from a source over Iggy to a sink."""

import json
from pathlib import Path

import tomli
import tomli_w

from tests.support.connector_folder import NUMBERED_SOURCE, RECORDING_SINK
from tests.support.runtime import NewRuntime
from tests.support.sdk import unique_name

SCHEMA = {"type": "record", "name": "Number", "fields": [{"name": "n", "type": "long"}]}
FUNCTIONS = """
def wrap(record):
    return record.with_payload({"n": record.payload})

def twice(record):
    if record.payload["n"] == 5:
        raise ValueError("not this one")
    return [record.with_payload(record.payload["n"])] * 2
"""


def add(file: Path, function: str) -> None:
    document = tomli.loads(file.read_text())
    document["streams"][0] |= {"schema": "avro", "avro_schema_json": json.dumps(SCHEMA)}
    document["transforms"] = {"python": {"enabled": True, "path": f"mapping.py:{function}"}}
    file.write_text(tomli_w.dumps(document))


def test_numbers_travel_as_avro_and_become_two_each(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("avro")
    runtime = new_runtime(iggy_address)
    runtime.file("mapping.py").write_text(FUNCTIONS)
    record = runtime.file("record")
    runtime.connectors.source("numbers", NUMBERED_SOURCE, stream, batch=10, end=30)
    runtime.connectors.sink("record", RECORDING_SINK, stream, record=record)
    add(runtime.connectors.path / "numbers.toml", "wrap")
    add(runtime.connectors.path / "record.toml", "twice")
    runtime.start()

    def taken() -> list[int]:
        lines = record.read_text().splitlines() if record.exists() else []
        return sorted(number for line in lines for number in json.loads(line)[2])

    wanted = sorted([*range(30), *range(30)])
    runtime.eventually(lambda: len(taken()) >= len(wanted) - 2)
    assert taken() == [number for number in wanted if number != 5]
