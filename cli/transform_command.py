"""`iggy-connectors transform`: what a connector's file makes of a sample. Main thread."""

import base64
import logging
import os
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, NamedTuple

import orjson

from cli.arguments import PROGRAM
from cli.command import Transform
from cli.exit_code import ExitCode
from config import ConfigError, load_connector, load_environment
from config.model import Schema, SinkStream, SourceStream
from connectors import FatalError, Produced, ProducedRecord, RecordError
from connectors.codecs import build_codec
from connectors.outgoing import encode_produced
from connectors.sendable import MAX_PAYLOAD_BYTES
from connectors.testing.batches import make_batch
from connectors.transforms import TransformChain, build_chain

_BATCH_RECORDS = 1000
_TEXTUAL = (Schema.JSON, Schema.TEXT)


class _Result(NamedTuple):
    """What became of some records; `rejected` is by their place among them."""

    lines: list[bytes]
    rejected: list[tuple[int, RecordError]]
    filtered: int


class _Pipeline:
    """Does with records what the runtime does, but for the plugin and Iggy."""

    def __init__(self, stream: SinkStream | SourceStream, chain: TransformChain) -> None:
        self._stream = stream
        self._chain = chain
        self._codec = build_codec(stream)
        self.schema = stream.schema
        if isinstance(stream, SourceStream) and stream.schema not in (*_TEXTUAL, Schema.RAW):
            self.schema = Schema.JSON

    def run(self, payloads: list[bytes]) -> _Result:
        if isinstance(self._stream, SinkStream):
            return self._consumed(payloads)
        return self._produced(payloads)

    def _consumed(self, payloads: list[bytes]) -> _Result:
        batch = make_batch(payloads, codec=self._codec)
        batch.transform(self._chain)
        values = batch.values
        if batch.schema is Schema.JSON:
            lines = batch.payloads
        else:
            lines = [_json_line(value) for value in values]
        outcome = batch.outcome
        rejected = [(rejection.offset, rejection.error) for rejection in outcome.rejections]
        return _Result(lines, rejected, outcome.filtered)

    def _produced(self, payloads: list[bytes]) -> _Result:
        outgoing = encode_produced(
            Produced([ProducedRecord(payload) for payload in payloads], schema=self.schema),
            schema=self._stream.schema,
            chain=self._chain,
            codec=self._codec,
        )
        lines = [
            _as_bytes(payload) if self._stream.schema is Schema.JSON else _json_line(payload)
            for payload in outgoing.payloads
        ]
        rejected = [(rejection.index, rejection.error) for rejection in outgoing.rejections]
        return _Result(lines, rejected, outgoing.filtered)


def transform_sample(command: Transform) -> ExitCode:
    """Read standard input to its end and write what comes of it, a thousand records at a time."""
    logging.basicConfig(stream=sys.stderr, format="%(message)s")
    try:
        return _run(_load(Path(command.config)))
    except (ConfigError, FatalError) as error:
        _tell(f"{PROGRAM}: {error}")
        return ExitCode.BAD_CONFIGURATION
    except BrokenPipeError:  # such as head, that has seen enough
        return ExitCode.STOPPED


def _load(file: Path) -> _Pipeline:
    environment = load_environment(os.environ, cwd=Path.cwd())
    loaded = load_connector(file, environment.value)
    for warning in loaded.warnings:
        _tell(str(warning))
    config = loaded.value
    if not config.streams:
        raise ConfigError(f"{file} has no streams")
    stream = config.streams[0]
    others = len(config.streams) - 1
    untried = f", the first of {others + 1}: the others are not tried" if others else ""
    _tell(f"{config.kind} {config.key}, stream {stream.stream}{untried}")
    return _Pipeline(stream, build_chain(config.transforms))


def _run(pipeline: _Pipeline) -> ExitCode:
    read = written = rejected = filtered = 0
    for payloads in _batches(_records(sys.stdin.buffer, pipeline.schema)):
        result = pipeline.run(payloads)
        for line in result.lines:
            sys.stdout.buffer.write(line + b"\n")
        sys.stdout.buffer.flush()
        for index, error in result.rejected:
            _tell(f"record {read + index + 1}: {error}")
        read += len(payloads)
        written += len(result.lines)
        rejected += len(result.rejected)
        filtered += result.filtered
    _tell(f"{read} read, {written} written, {filtered} left out, {rejected} rejected")
    return ExitCode.RECORDS_REJECTED if rejected else ExitCode.STOPPED


def _records(sample: BinaryIO, schema: Schema) -> Iterator[bytes]:
    """Yield the records of a sample; raises ConfigError for one that Iggy would not take."""
    pieces = _lines(sample) if schema in _TEXTUAL else [sample.read(MAX_PAYLOAD_BYTES + 1)]
    for number, piece in enumerate(pieces, 1):
        if len(piece) > MAX_PAYLOAD_BYTES:
            raise ConfigError(f"record {number} has more than {MAX_PAYLOAD_BYTES} bytes")
        yield piece


def _lines(sample: BinaryIO) -> Iterator[bytes]:
    while line := sample.readline(MAX_PAYLOAD_BYTES + len(b"\r\n")):
        yield line.removesuffix(b"\n").removesuffix(b"\r")


def _batches(records: Iterable[bytes]) -> Iterator[list[bytes]]:
    rest = iter(records)
    while batch := list(islice(rest, _BATCH_RECORDS)):
        yield batch


def _json_line(value: str | bytes) -> bytes:
    return orjson.dumps(value if isinstance(value, str) else base64.b64encode(value).decode())


def _as_bytes(payload: str | bytes) -> bytes:
    return payload.encode() if isinstance(payload, str) else payload


def _tell(text: str) -> None:
    print(text, file=sys.stderr)
