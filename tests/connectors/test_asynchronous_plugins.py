import asyncio
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar

import pytest

from connectors import Batch, FatalError, Produced, RetryableError, Sink
from connectors.blocking import BlockingSink, BlockingSource
from connectors.stopping import wait_async
from tests.connectors.asynchronous_source import PRODUCED, AsyncSource, made
from tests.connectors.messages import batch


class AsyncSink(Sink):
    async def open(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.queue: asyncio.Queue[object] = asyncio.Queue()
        self.background = asyncio.ensure_future(asyncio.Event().wait())

    async def consume(self, batch: Batch) -> None:
        assert asyncio.get_running_loop() is self.loop
        for record in batch:
            await self.queue.put(record.payload)
        await asyncio.sleep(0)

    async def close(self) -> None:
        self.loop.call_soon(lambda: None)


@pytest.fixture
def sink() -> Iterator[AsyncSink]:
    sink = AsyncSink()
    sink.stopping = threading.Event()
    yield sink
    assert sink.loop.is_closed()


def test_all_methods_of_a_sink_run_on_one_loop_that_ends_with_it(sink: AsyncSink) -> None:
    blocking = BlockingSink(sink)
    blocking.open()
    blocking.consume(batch(b"1", b"2"))
    blocking.consume(batch(b"3"))
    blocking.close()

    assert [sink.queue.get_nowait() for _ in range(3)] == [1, 2, 3]
    assert sink.background.cancelled()


def test_what_an_asynchronous_method_raises_is_raised(sink: AsyncSink) -> None:
    blocking = BlockingSink(sink)
    blocking.open()
    sink.background.get_loop()
    sink.queue = None  # type: ignore[assignment]

    with pytest.raises(AttributeError):
        blocking.consume(batch(b"1"))
    blocking.close()


def test_a_source_is_polled_and_told_the_result() -> None:
    source = made(AsyncSource)
    assert isinstance(source, AsyncSource)
    blocking = BlockingSource(source)
    blocking.open(None)

    assert blocking.poll() is PRODUCED
    blocking.on_batch_result(accepted=False)
    blocking.on_batch_result(accepted=True)
    blocking.close()
    assert source.results == [False, True]


def test_a_poll_that_waits_is_cancelled_when_it_is_time_to_end() -> None:
    stopping = threading.Event()
    source = made(AsyncSource, stopping)
    assert isinstance(source, AsyncSource)
    ended: list[object] = []

    def run() -> None:
        blocking = BlockingSource(source)
        blocking.open(b"wait")
        ended.append(blocking.poll())
        blocking.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert source.polling.wait(5)
    stopping.set()
    thread.join(1)

    assert ended == [None]
    assert source.cleaned_up


def test_an_open_that_waits_is_cancelled_when_it_is_time_to_end() -> None:
    class Waiting(AsyncSource):
        async def open(self, state: bytes | None) -> None:  # noqa: ARG002
            await asyncio.sleep(60)

    stopping = threading.Event()
    stopping.set()
    blocking = BlockingSource(made(Waiting, stopping))

    with pytest.raises(RetryableError, match="the connector is to end"):
        blocking.open(None)
    blocking.close()


def test_what_a_cancelled_poll_still_brings_is_not_lost() -> None:
    class Finishing(AsyncSource):
        async def poll(self) -> Produced | None:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                return PRODUCED
            return None

    stopping = threading.Event()
    blocking = BlockingSource(made(Finishing, stopping))
    blocking.open(None)
    timer = threading.Timer(0.05, stopping.set)
    timer.start()

    assert blocking.poll() is PRODUCED
    blocking.close()
    timer.join()


def test_a_consume_is_finished_although_it_is_time_to_end(sink: AsyncSink) -> None:
    blocking = BlockingSink(sink)
    blocking.open()
    sink.stopping.set()  # type: ignore[attr-defined]
    blocking.consume(batch(b"1"))
    blocking.close()

    assert sink.queue.get_nowait() == 1


STEPS: ContextVar[tuple[str, ...]] = ContextVar("STEPS", default=())


class SteppingSource(AsyncSource):
    async def open(self, state: bytes | None) -> None:
        await super().open(state)
        STEPS.set(("open",))

    async def poll(self) -> Produced | None:
        STEPS.set((*STEPS.get(), "poll"))
        return None

    async def on_batch_result(self, accepted: bool) -> None:
        await super().on_batch_result(accepted)
        STEPS.set((*STEPS.get(), "on_batch_result"))

    async def close(self) -> None:
        self.steps = STEPS.get()


def test_a_context_variable_that_one_method_sets_is_set_for_the_others() -> None:
    source = made(SteppingSource)
    assert isinstance(source, SteppingSource)
    blocking = BlockingSource(source)
    blocking.open(None)
    blocking.poll()
    blocking.on_batch_result(accepted=True)
    blocking.poll()
    blocking.close()

    assert source.steps == ("open", "poll", "on_batch_result", "poll")
    assert STEPS.get() == ()


def test_the_thread_has_no_event_loop_of_the_plugin_when_it_is_closed(sink: AsyncSink) -> None:
    blocking = BlockingSink(sink)
    blocking.open()
    assert asyncio.get_event_loop() is sink.loop
    blocking.close()

    with pytest.raises(RuntimeError, match="no current event loop"):
        asyncio.get_event_loop()


def test_the_loop_ends_also_when_close_fails(sink: AsyncSink) -> None:
    async def fail() -> None:
        raise OSError("no")

    blocking = BlockingSink(sink)
    blocking.open()
    sink.close = fail  # type: ignore[method-assign]

    with pytest.raises(OSError, match="no"):
        blocking.close()


def test_a_method_that_is_a_generator_is_refused_since_it_would_do_nothing() -> None:
    class Yielding(Sink):
        def consume(self, batch: Batch):  # type: ignore[no-untyped-def]
            yield batch

    sink = Yielding()
    sink.stopping = threading.Event()

    with pytest.raises(FatalError, match=r"^Yielding\.consume is a generator: it must not contain"):
        BlockingSink(sink).consume(batch(b"1"))


def test_asynchronous_code_waits_until_it_is_time_to_end() -> None:
    stopping = threading.Event()

    async def wait() -> tuple[bool, bool]:
        asyncio.get_running_loop().call_later(0.1, stopping.set)
        return await wait_async(stopping, 0.01), await wait_async(stopping, 60)

    started_s = time.monotonic()
    assert asyncio.run(wait()) == (False, True)
    assert time.monotonic() - started_s < 5
