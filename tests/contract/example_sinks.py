"""Sinks that write lines to a file: three as they should be, and one for each mistake."""

import asyncio
import json
import time
from pathlib import Path
from typing import IO, Any

from marshmallow import Schema, fields, post_load

from connectors import Batch, FatalError, SecretText, Sink


class Options(Schema):
    file = fields.String(required=True)
    password = SecretText(required=False)


class GoodSink(Sink):
    Config = Options
    target: IO[bytes] | None = None

    def open(self) -> None:
        self.target = Path(self.config["file"]).open("ab")  # noqa: SIM115

    def consume(self, batch: Batch) -> None:
        for record in batch:
            self.write(json.dumps(record.payload).encode() + b"\n")

    def write(self, line: bytes) -> None:
        assert self.target is not None
        self.target.write(line)
        self.target.flush()

    def close(self) -> None:
        if self.target is not None:
            self.target.close()


class GoodAsyncSink(Sink):
    Config = Options

    async def open(self) -> None:
        await asyncio.sleep(0)

    async def consume(self, batch: Batch) -> None:
        lines = "".join(json.dumps(record.payload) + "\n" for record in batch)
        await asyncio.to_thread(self._append, lines)

    def _append(self, lines: str) -> None:
        with Path(self.config["file"]).open("a") as target:
            target.write(lines)


class LateJudgingSink(GoodSink):
    Config = None  # type: ignore[assignment]

    def open(self) -> None:
        if not isinstance(self.config.get("file"), str):
            raise FatalError("file must be a string")
        super().open()


class UnmarkedSink(GoodSink):
    Config = None  # type: ignore[assignment]


class BufferingSink(GoodSink):
    def open(self) -> None:
        super().open()
        self.lines: list[bytes] = []

    def write(self, line: bytes) -> None:
        self.lines.append(line)

    def close(self) -> None:
        if self.target is not None and not self.target.closed:
            self.target.writelines(self.lines)
        super().close()


class PairingSink(BufferingSink):
    def consume(self, batch: Batch) -> None:
        super().consume(batch)
        if len(self.lines) > 1:
            for line in self.lines:
                GoodSink.write(self, line)
            self.lines.clear()


class UnflushedSink(GoodSink):
    def write(self, line: bytes) -> None:
        assert self.target is not None
        self.target.write(line)


class SingleFlushingSink(UnflushedSink):
    def consume(self, batch: Batch) -> None:
        super().consume(batch)
        if len(batch) == 1:
            assert self.target is not None
            self.target.flush()


class LosingSink(GoodSink):
    def consume(self, batch: Batch) -> None:
        for record in list(batch)[:-1]:
            self.write(json.dumps(record.payload).encode() + b"\n")


class TruncatingSink(GoodSink):
    def open(self) -> None:
        self.target = Path(self.config["file"]).open("wb")  # noqa: SIM115


class OnceOnlySink(GoodSink):
    def consume(self, batch: Batch) -> None:
        written = Path(self.config["file"]).read_text().splitlines()
        for record in batch:
            if json.dumps(record.payload) in written:
                raise ValueError("this record is here already")
        super().consume(batch)


class BrittleSink(GoodSink):
    def consume(self, batch: Batch) -> None:
        for payload in batch.payloads:
            self.write(json.dumps(json.loads(payload)).encode() + b"\n")


class CloseNeedsOpenSink(GoodSink):
    def close(self) -> None:
        assert self.target is not None
        self.target.close()


class CloseOnceSink(GoodSink):
    def close(self) -> None:
        if self.target is not None and self.target.closed:
            raise OSError("closed already")
        super().close()


class StubbornSink(GoodSink):
    def open(self) -> None:
        super().open()
        time.sleep(1.6)


class StuckClosingSink(GoodSink):
    def close(self) -> None:
        super().close()
        if self.stopping.is_set():
            raise OSError("not now")


class CarelessSink(GoodSink):
    Config = None  # type: ignore[assignment]

    def open(self) -> None:
        self.target = Path(self.config.get("file", "/dev/null")).open("ab")  # noqa: SIM115


class TalkativeSink(GoodSink):
    class Config(Options):
        @post_load
        def reveal(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
            return {name: getattr(value, "_value", value) for name, value in data.items()}
