"""Records through a schema and Python transforms, from a source over Iggy to a sink."""

import json
from pathlib import Path

import tomli
import tomli_w

from tests.support.connector_folder import NUMBERED_SOURCE, RECORDING_SINK
from tests.support.numbers import create_numbers
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

PATIENT_SINK = """
import json
from pathlib import Path
from connectors import Sink

class PatientSink(Sink):
    def open(self):
        if not Path("may_open").exists():
            raise OSError("not yet")

    def consume(self, batch):
        Path("taken").write_text(json.dumps(batch.values))
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


def test_an_edited_schema_is_read_when_its_connector_restarts(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("schema")
    create_numbers(iggy_address, stream, [0])
    runtime = new_runtime(iggy_address)
    runtime.file("patient_sink.py").write_text(PATIENT_SINK)
    runtime.connectors.sink("patient", "patient_sink.py", stream)
    file = runtime.connectors.path / "patient.toml"
    document = tomli.loads(file.read_text())
    document["streams"][0] |= {"schema": "avro", "avro_schema_path": "number.avsc"}
    file.write_text(tomli_w.dumps(document))
    schema = runtime.file("number.avsc")
    schema.write_text(json.dumps(SCHEMA))
    runtime.start()
    runtime.wait_for("sinks/patient", lambda sink: "not yet" in str(sink.get("last_error")))

    schema.write_text(json.dumps(SCHEMA).replace('"n"', '"edited"'))
    runtime.file("may_open").touch()
    runtime.eventually(runtime.file("taken").exists)
    assert json.loads(runtime.file("taken").read_text()) == [{"edited": 24}]  # the datum "0"
