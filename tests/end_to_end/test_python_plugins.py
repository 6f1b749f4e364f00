"""What authors of plugins are promised, in a runtime that is a process of its own."""

import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import RECORDING_SINK
from tests.support.eventually import never
from tests.support.numbers import create_numbers, recorded, recorded_values, send_numbers
from tests.support.runtime import NewRuntime
from tests.support.sdk import unique_name

EDITED = """
from pathlib import Path
from connectors import Sink

class MySink(Sink):
    def open(self):
        {open}

    def consume(self, batch):
        pass
"""

ASYNCHRONOUS = """
import asyncio
import json
from pathlib import Path
from connectors import Produced, ProducedRecord, Sink, Source

class MySink(Sink):
    async def open(self):
        self.lock = asyncio.Lock()

    async def consume(self, batch):
        async with self.lock:
            await asyncio.sleep(0)
            row = json.dumps([batch.partition_id, list(batch.offsets), list(batch.values)])
            with open("record", "a") as file:
                file.write(row + "\\n")

class MySource(Source):
    async def open(self, state):
        self.reached = int(state or 0)

    async def poll(self):
        if self.reached == 30:
            await asyncio.sleep(600)
        end = self.reached + 10
        records = [ProducedRecord(n) for n in range(self.reached, end)]
        return Produced(records, state=str(end).encode())

    async def on_batch_result(self, accepted):
        if accepted:
            self.reached += 10
"""

IN_A_THREAD = """
import asyncio
import time
from pathlib import Path
from connectors import Source

class MySource(Source):
    async def poll(self):
        Path("polled").touch()
        await asyncio.to_thread(time.sleep, 60)
"""


def test_an_edited_file_is_loaded_anew_when_its_connector_restarts(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("edited")
    create_numbers(iggy_address, stream, range(1))
    runtime = new_runtime(iggy_address)
    plugin = runtime.file("my_sink.py")
    plugin.write_text(EDITED.format(open="raise OSError('away')"))
    runtime.connectors.sink("mine", plugin.name, stream)
    runtime.start()
    runtime.wait_for("sinks/mine", lambda sink: "away" in str(sink.get("last_error")))
    plugin.write_text(EDITED.format(open="Path('edited').touch()"))

    runtime.eventually(runtime.file("edited").exists)
    assert runtime.stop() == ExitCode.STOPPED


def test_asynchronous_plugins_run_and_stop_at_once(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("asynchronous")
    create_numbers(iggy_address, stream, range(0))
    runtime = new_runtime(iggy_address)
    runtime.file("mine.py").write_text(ASYNCHRONOUS)
    runtime.connectors.sink("out", "mine.py", stream)
    runtime.connectors.source("in", "mine.py", stream)
    runtime.start()

    runtime.eventually(lambda: recorded_values(runtime.file("record")) == list(range(30)))
    assert runtime.stop() == ExitCode.STOPPED


def test_a_sink_gets_batches_of_the_least_size_or_what_has_waited_long_enough(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("gathered")
    create_numbers(iggy_address, stream, range(3))
    runtime = new_runtime(iggy_address)
    record = runtime.file("record")
    runtime.connectors.sink("numbers", RECORDING_SINK, stream, record=record)
    connector = runtime.connectors.path / "numbers.toml"
    connector.write_text(
        connector.read_text().replace(
            "batch_length = 10", 'batch_length = 10\nmin_batch = 5\nlinger = "3s"'
        )
    )
    runtime.start()
    runtime.wait_for_status("sinks/numbers", "running")
    never(record.exists, within_s=0.5)
    send_numbers(iggy_address, stream, range(3, 6))
    runtime.eventually(record.exists)
    send_numbers(iggy_address, stream, range(6, 8))

    runtime.eventually(lambda: recorded_values(record) == list(range(8)))
    assert [len(offsets) for _, offsets, _ in recorded(record)] == [6, 2]
    assert runtime.stop() == ExitCode.STOPPED


@pytest.mark.parametrize("isolation", ["thread", "process"])
def test_a_file_that_cannot_be_loaded_is_told_by_its_line_and_one_traceback(
    isolation: str, new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = new_runtime(iggy_address)
    plugin = runtime.file("mine.py")
    plugin.write_text("def find(name):\n    return {}[name]\nfind('missing_key')\n")
    runtime.connectors.sink("mine", plugin.name, unique_name("broken"))
    connector = runtime.connectors.path / "mine.toml"
    connector.write_text(f'isolation = "{isolation}"\n{connector.read_text()}')
    runtime.start()
    broken = runtime.wait_for("sinks/mine", lambda sink: sink.get("last_error"))

    assert broken["needs_attention"]
    assert broken["last_error"]["message"] == (
        f"plugin file {plugin} cannot be loaded: KeyError: 'missing_key' ({plugin}:2)"
    )
    runtime.eventually(lambda: runtime.output().count("in find\n") == 1)
    assert runtime.stop() == ExitCode.STOPPED


def test_a_thread_of_an_asynchronous_poll_does_not_hold_the_stop_up(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    runtime = new_runtime(iggy_address)
    runtime.file("mine.py").write_text(IN_A_THREAD)
    runtime.connectors.source("mine", "mine.py", unique_name("thread"))
    runtime.start()
    runtime.eventually(runtime.file("polled").exists)

    assert runtime.stop() == ExitCode.STOPPED
    assert "Left behind: a task of the plugin" in runtime.output()
