"""Nothing is lost on its way out of Iggy, however the runtime ends."""

import signal

from cli.exit_code import ExitCode
from tests.support.connector_folder import HOLDING_SINK, RECORDING_SINK
from tests.support.eventually import never
from tests.support.numbers import (
    create_numbers,
    recorded,
    recorded_values,
    send_numbers,
    stored_offset,
)
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name

# Offsets are stored at most 100 ms after a batch was confirmed.
STORING_S = 0.5


def holding_runtime(new_runtime: NewRuntime, address: str, stream: str) -> RuntimeProcess:
    """Furnish a runtime whose sink confirms 0 to 149 and stands still in the batch after those."""
    runtime = new_runtime(address)
    runtime.connectors.sink(
        "numbers",
        HOLDING_SINK,
        stream,
        record=runtime.file("record"),
        hold_from=150,
        held=runtime.file("held"),
        release=runtime.file("release"),
    )
    return runtime


def test_what_a_killed_runtime_had_not_confirmed_is_delivered_again(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("held")
    create_numbers(iggy_address, stream, range(300))
    runtime = holding_runtime(new_runtime, iggy_address, stream)
    runtime.start()
    runtime.eventually(runtime.file("held").exists)
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "numbers"))
    never(lambda: (stored_offset(iggy_address, stream, "numbers") or 0) >= 150, within_s=STORING_S)
    runtime.kill()
    stored = stored_offset(iggy_address, stream, "numbers")
    assert stored is not None
    assert recorded_values(runtime.file("record")) == list(range(150))

    runtime.file("release").touch()
    runtime.start()
    runtime.eventually(lambda: stored_offset(iggy_address, stream, "numbers") == 299)
    again = [*range(150), *range(stored + 1, 300)]
    assert recorded_values(runtime.file("record")) == again


def test_a_stop_lets_the_batch_in_hand_finish_and_hands_the_rest_back(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("stopped")
    create_numbers(iggy_address, stream, range(300))
    runtime = holding_runtime(new_runtime, iggy_address, stream)
    runtime.start()
    runtime.eventually(runtime.file("held").exists)
    runtime.signal(signal.SIGTERM)
    runtime.wait_for_status("sinks/numbers", "stopping")
    runtime.file("release").touch()
    assert runtime.wait() == ExitCode.STOPPED
    assert recorded_values(runtime.file("record")) == list(range(160))
    assert stored_offset(iggy_address, stream, "numbers") == 159

    runtime.start()
    runtime.eventually(lambda: len(recorded_values(runtime.file("record"))) == 300)
    assert recorded_values(runtime.file("record")) == list(range(300))


def test_every_partition_is_delivered_in_order(new_runtime: NewRuntime, iggy_address: str) -> None:
    stream = unique_name("partitions")
    create_numbers(iggy_address, stream, range(2000), partitions=4)
    runtime = new_runtime(iggy_address)
    record = runtime.file("record")
    runtime.connectors.sink("numbers", RECORDING_SINK, stream, record=record)
    runtime.start()
    runtime.eventually(lambda: len(recorded_values(record)) >= 2000)
    send_numbers(iggy_address, stream, range(2000, 3000), partitions=4)
    runtime.eventually(lambda: len(recorded_values(record)) >= 3000)
    for partition in range(4):
        batches = [batch for batch in recorded(record) if batch.partition == partition]
        assert [value for batch in batches for value in batch.values] == [
            number for number in range(3000) if number % 4 == partition
        ]
        assert [offset for batch in batches for offset in batch.offsets] == list(range(750))
