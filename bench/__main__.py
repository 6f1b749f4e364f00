"""`python -m bench`: measures for a fixed time, and prints each figure beside its aim."""

import argparse
import asyncio
import os
import sys
import tempfile
from enum import StrEnum
from pathlib import Path
from typing import Final

import bench.broker
from bench.broker_process import running_broker
from bench.idle_sinks import measure_idle
from bench.native import NativePipelines
from bench.records import measure_records
from bench.sink_pipelines import SinkPipelines
from bench.source_pipelines import SourcePipelines

_SECONDS: Final = 90.0


class Part(StrEnum):
    """What can be measured alone."""

    SINKS = "sinks"
    SOURCES = "sources"
    IDLE = "idle"
    NATIVE = "native"
    BROKER = "broker"
    RECORDS = "records"


# Of the whole time; what is left goes into starting and stopping. Idling takes as long as it takes.
_SHARES: Final = {
    Part.SINKS: 0.35,
    Part.SOURCES: 0.2,
    Part.NATIVE: 0.2,
    Part.BROKER: 0.1,
    Part.RECORDS: 0.1,
    Part.IDLE: 0.0,
}


def main() -> None:
    """Measure the parts that the arguments name, all without any."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", type=Part, help=f"of {', '.join(Part)}; default: all")
    parser.add_argument("--seconds", type=float, default=_SECONDS, help="for all parts together")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        for part in arguments.parts or list(Part):
            _measure(part, Path(directory) / part, _SHARES[part] * arguments.seconds)


def _measure(part: Part, directory: Path, seconds: float) -> None:
    if part is Part.RECORDS:
        measure_records(seconds)
        return
    directory.mkdir()
    with running_broker(directory / "broker") as broker:
        match part:
            case Part.SINKS:
                sinks = SinkPipelines(broker, directory)
                asyncio.run(sinks.run(seconds))
                sinks.show()
            case Part.SOURCES:
                sources = SourcePipelines(broker, directory)
                asyncio.run(sources.run(seconds))
                sources.show()
            case Part.NATIVE:
                native = NativePipelines(broker, directory)
                asyncio.run(native.run(seconds))
                native.show()
            case Part.IDLE:
                measure_idle(broker, directory)
            case Part.BROKER:
                bench.broker.measure(broker, seconds)


if __name__ == "__main__":
    main()
    sys.stdout.flush()
    # The SDK can crash an interpreter that shuts down.
    os._exit(0)
