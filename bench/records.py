"""What codecs and transforms cost a record, in one thread, without Iggy and without actors.

The bare loop is what nobody can do without: orjson.loads, one key added, orjson.dumps. It keeps
nothing, while a batch keeps what it wrote. Memory is kept between batches as in the runtime.
"""

import json
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import orjson

from bench.figures import show
from bench.workload import MESSAGES, payload_text
from cli.heap import keep_memory
from config.model import Schema, SinkStream, SourceStream, TransformConfig
from connectors.batch import Batch
from connectors.codecs import build_codec
from connectors.column import Column
from connectors.testing import make_batch
from connectors.transforms import TransformChain, TransformRecord, build_chain

InputT = TypeVar("InputT")

AIM: Final = 0.6

_SCHEMAS: Final = Path(__file__).parent / "schemas"
_MICROSECONDS: Final = 1e6
_USER: Final = {"id": 1234567, "name": "sensor-17", "email": "x" * 130, "active": True}
_AVRO: Final = {
    "type": "record",
    "name": "User",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "name", "type": "string"},
        {"name": "email", "type": "string"},
        {"name": "active", "type": "boolean"},
    ],
}
_PROTO: Final = {"schema_path": str(_SCHEMAS / "user.proto"), "message_type": "com.example.User"}
_FLAT_BUFFER: Final = {"schema_path": str(_SCHEMAS / "user.bfbs")}
_CODECS: Final[dict[Schema, dict[str, Any]]] = {
    Schema.JSON: {},
    Schema.TEXT: {},
    Schema.RAW: {},
    Schema.AVRO: {"avro_schema_json": json.dumps(_AVRO)},
    Schema.PROTO: {"codec": _PROTO},
    Schema.FLAT_BUFFER: {"codec": _FLAT_BUFFER},
}
_PLAIN: Final[dict[Schema, tuple[Schema, object]]] = {
    Schema.TEXT: (Schema.TEXT, "x" * 200),
    Schema.RAW: (Schema.RAW, b"x" * 200),
}
_ADD: Final = {"fields": [{"key": "added", "value": {"static": 1}}]}
_TRANSFORMS: Final[dict[str, Mapping[str, object]]] = {
    "add_fields": _ADD,
    "delete_fields": {"fields": ["is_open"]},
    "update_fields": {"fields": [{"key": "value", "value": {"static": 1}}]},
    "filter_fields": {"keep_fields": ["id", "name"]},
    "unwrap_envelope": {"field": "inner"},
    "avro_convert": {
        "source_format": "json",
        "target_format": "avro",
        "schema_json": json.dumps(_AVRO),
    },
    "proto_convert": {"source_format": "json", "target_format": "proto", **_PROTO},
    "flat_buffer_convert": {
        "source_format": "json",
        "target_format": "flat_buffer",
        **_FLAT_BUFFER,
    },
    "python": {"path": "bench.records:unchanged"},
}


def measure_records(seconds: float) -> None:
    """Print microseconds a record, and the ratio to the bare loop; in about `seconds`."""
    keep_memory()
    turn_s = seconds / (2 * len(_CODECS) + len(_TRANSFORMS) + 4)
    for schema, options in _CODECS.items():
        _measure_codec(schema, options, turn_s)
    for name, table in _TRANSFORMS.items():
        _measure_transform(name, table, turn_s)
    _measure_batches(turn_s)


def unchanged(record: TransformRecord) -> TransformRecord:
    """Return the record as it is: a Python transform that costs only its call."""
    return record


def _measure_codec(schema: Schema, options: dict[str, Any], turn_s: float) -> None:
    sink = build_codec(SinkStream(stream="s", topics=("t",), schema=schema, **options))
    source = build_codec(SourceStream(stream="s", topic="t", schema=schema, **options))
    kind, value = _PLAIN.get(schema, (Schema.JSON, _USER))
    encoded = Column(kind, [value])
    source.encode(encoded)
    payloads = encoded.values * MESSAGES

    decoded_s = _a_record_s(sink.decode, turn_s, lambda: Column(Schema.RAW, list(payloads)))
    encoded_s = _a_record_s(source.encode, turn_s, lambda: Column(kind, [value] * MESSAGES))
    show(
        f"records: codec {schema}",
        f"{decoded_s * _MICROSECONDS:.2f} µs a record to decode,"
        f" {encoded_s * _MICROSECONDS:.2f} µs to encode {len(payloads[0])} bytes",
        "no aim",
    )


def _measure_transform(name: str, options: Mapping[str, object], turn_s: float) -> None:
    chain = build_chain([TransformConfig(type=name, enabled=True, options=dict(options))])
    record = _USER if name.endswith("convert") else json.loads(payload_text())
    record = {"inner": record} if name == "unwrap_envelope" else record
    payloads = [orjson.dumps(record)] * MESSAGES

    def transform(batch: Batch) -> None:
        batch.transform(chain)

    def decode(batch: Batch) -> None:
        _ = batch.values

    make = partial(make_batch, payloads)
    taken_s = _a_record_s(transform, turn_s, make) - _a_record_s(decode, turn_s / 4, make)
    show(
        f"records: transform {name}",
        f"{max(0.0, taken_s) * _MICROSECONDS:.2f} µs a record",
        "no aim",
    )


def _measure_batches(turn_s: float) -> None:
    """Compare what a batch costs with the bare loop over the same payloads, in turns."""
    payloads = [payload_text().encode()] * MESSAGES
    chain = build_chain([TransformConfig(type="add_fields", enabled=True, options=dict(_ADD))])
    bare_s, whole_s, bytes_s = [], [], []
    make = partial(make_batch, payloads)
    for _ in range(5):
        bare_s.append(_a_record_s(_bare_loop, turn_s / 5, lambda: payloads))
        whole_s.append(_a_record_s(partial(_read_bytes, chain), turn_s / 5, make))
        bytes_s.append(_a_record_s(partial(_read_bytes, None), turn_s / 5, make))
    ratio = statistics.median(bare / whole for bare, whole in zip(bare_s, whole_s, strict=True))
    show(
        "records: json + add_fields, bytes in and out",
        f"{statistics.median(whole_s) * _MICROSECONDS:.2f} µs a record, the bare loop"
        f" {statistics.median(bare_s) * _MICROSECONDS:.2f} µs, ratio {ratio:.2f}",
        f"aim {AIM}",
    )
    show(
        "records: nothing needs records, bytes in and out",
        f"{statistics.median(bytes_s) * _MICROSECONDS:.2f} µs a record",
        "no decoding: lazy batches",
    )


def _bare_loop(payloads: list[bytes]) -> None:
    for payload in payloads:
        record = orjson.loads(payload)
        record["added"] = 1
        orjson.dumps(record)


def _read_bytes(chain: TransformChain | None, batch: Batch) -> None:
    if chain is not None:
        batch.transform(chain)
    _ = batch.payloads


def _a_record_s(
    work: Callable[[InputT], None], seconds: float, make: Callable[[], InputT]
) -> float:
    """Return what one of `MESSAGES` records takes: the median of calls for so long.

    What `make` makes for each call is not measured.
    """
    taken_s: list[float] = []
    deadline_s = time.perf_counter() + seconds
    while not taken_s or time.perf_counter() < deadline_s:
        made = make()
        started_s = time.perf_counter()
        work(made)
        taken_s.append(time.perf_counter() - started_s)
    return statistics.median(taken_s) / MESSAGES
