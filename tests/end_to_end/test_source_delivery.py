"""Nothing is lost on its way into Iggy, however the runtime ends."""

import msgpack
import pytest

from cli.exit_code import ExitCode
from tests.support.connector_folder import NUMBERED_SOURCE
from tests.support.numbers import TOPIC, read_numbers, read_texts
from tests.support.runtime import NewRuntime, RuntimeProcess
from tests.support.sdk import unique_name


def without_state(new_runtime: NewRuntime, address: str, stream: str) -> RuntimeProcess:
    """Start a runtime whose source has sent 0 to 9 and cannot save that; the topic ends at 29."""
    runtime = new_runtime(address)
    runtime.connectors.source("numbers", NUMBERED_SOURCE, stream, batch=10, end=30)
    runtime.file("state/source_numbers.state.tmp").mkdir(parents=True)
    runtime.start()
    failed = runtime.wait_for_status("sources/numbers", "error")
    assert "Failed to save source state" in failed["last_error"]["message"]
    assert read_numbers(address, stream) == list(range(10))
    return runtime


def test_a_source_killed_before_its_state_was_saved_repeats_and_loses_nothing(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("killed")
    runtime = without_state(new_runtime, iggy_address, stream)
    runtime.kill()
    runtime.file("state/source_numbers.state.tmp").rmdir()
    runtime.start()
    state = runtime.file("state/source_numbers.state")
    runtime.eventually(lambda: state.exists() and state.read_bytes() == b"30")
    assert read_numbers(iggy_address, stream) == [*range(10), *range(30)]


def test_a_state_that_could_not_be_saved_is_saved_alone(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("unsaved")
    runtime = without_state(new_runtime, iggy_address, stream)
    runtime.file("state/source_numbers.state.tmp").rmdir()
    recovered = runtime.wait_for_status("sources/numbers", "running")
    assert "last_error" not in recovered
    runtime.eventually(lambda: len(read_numbers(iggy_address, stream)) >= 30)
    assert read_numbers(iggy_address, stream) == list(range(30))


def test_a_stopped_source_goes_on_without_a_repeat(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("stopped")
    runtime = new_runtime(iggy_address)
    runtime.connectors.source("numbers", NUMBERED_SOURCE, stream, batch=10, end=10_000)
    runtime.start()
    runtime.eventually(lambda: len(read_numbers(iggy_address, stream)) >= 100)
    assert runtime.stop() == ExitCode.STOPPED
    before = read_numbers(iggy_address, stream)
    assert runtime.file("state/source_numbers.state").read_bytes() == str(len(before)).encode()
    runtime.start()
    runtime.eventually(lambda: len(read_numbers(iggy_address, stream)) >= len(before) + 100)
    numbers = read_numbers(iggy_address, stream)
    assert numbers == list(range(len(numbers)))


@pytest.mark.parametrize("durability", ["persisted", "replicated"])
def test_a_topic_that_a_source_creates_has_the_durability_that_is_asked_for(
    new_runtime: NewRuntime, iggy_address: str, durability: str
) -> None:
    stream = unique_name("durable")
    runtime = new_runtime(iggy_address, IGGY_CONNECTORS_IGGY_TOPIC_DURABILITY=durability)
    runtime.connectors.source("numbers", NUMBERED_SOURCE, stream, batch=10, end=10)
    runtime.start()
    details = runtime.wait_for_status("sources/numbers", "running")
    found = {"stream": stream, "topic": TOPIC, "durability": durability}
    assert details["topics"] == [found]


def test_the_random_source_goes_on_from_a_state_of_the_reference(
    new_runtime: NewRuntime, iggy_address: str
) -> None:
    stream = unique_name("random")
    runtime = new_runtime(iggy_address)
    runtime.connectors.source(
        "random", "random", stream, interval="1ms", messages_range=[1, 5], max_count=100
    )
    runtime.state.mkdir()
    state = runtime.file("state/source_random.state")
    state.write_bytes(msgpack.packb([90]))
    runtime.start()
    runtime.eventually(lambda: state.read_bytes() == msgpack.packb([100]))
    assert len(read_texts(iggy_address, stream)) == 10
