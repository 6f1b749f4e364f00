"""What the runtime gets to know of a method that fails."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from connectors import Batch, Produced, Sink, Source
from connectors.blocking import BlockingSink, BlockingSource, PluginError
from tests.connectors.messages import batch


class WorseError(BaseException):
    pass


class Ending(Sink):
    def open(self) -> None:
        raise WorseError("base!")

    def consume(self, batch: Batch) -> None:  # noqa: ARG002
        raise SystemExit(3)

    def close(self) -> None:
        raise GeneratorExit


class EndingSource(Source):
    async def open(self, state: bytes | None) -> None:
        raise WorseError(state)

    def poll(self) -> Produced | None:
        raise SystemExit

    async def on_batch_result(self, accepted: bool) -> None:
        raise SystemExit(accepted)

    async def close(self) -> None:
        raise GeneratorExit


@pytest.fixture
def sink() -> BlockingSink:
    sink = Ending()
    sink.stopping = threading.Event()
    return BlockingSink(sink)


@pytest.fixture
def source() -> BlockingSource:
    source = EndingSource()
    source.stopping = threading.Event()
    return BlockingSource(source)


def raised_by(call: Callable[[], object]) -> tuple[str, BaseException | None]:
    with pytest.raises(PluginError) as caught:
        call()
    text, _, place = str(caught.value).partition(" (")
    assert place.startswith(f"{__file__}:")
    return text, caught.value.__cause__


def test_what_is_no_ordinary_error_becomes_one_that_names_the_method(sink: BlockingSink) -> None:
    text, cause = raised_by(sink.open)
    assert text == "Ending.open raised WorseError: base!"
    assert str(cause) == "base!"
    text, cause = raised_by(lambda: sink.consume(batch(b"1")))
    assert text == "Ending.consume raised SystemExit: 3"
    assert isinstance(cause, SystemExit)
    assert raised_by(sink.close)[0] == "Ending.close raised GeneratorExit"


def test_so_it_is_with_sources_and_asynchronous_methods(source: BlockingSource) -> None:
    assert raised_by(lambda: source.open(b"s"))[0] == "EndingSource.open raised WorseError: b's'"
    assert raised_by(source.poll)[0] == "EndingSource.poll raised SystemExit"
    text, _ = raised_by(lambda: source.on_batch_result(accepted=True))
    assert text == "EndingSource.on_batch_result raised SystemExit: True"
    assert raised_by(source.close)[0] == "EndingSource.close raised GeneratorExit"


@pytest.fixture
def _python_handles_ctrl_c() -> Iterator[None]:
    """Undo that a shell has commands in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("_python_handles_ctrl_c")
def test_ctrl_c_goes_through(sink: BlockingSink) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    sink._plugin.open = interrupt  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        sink.open()
