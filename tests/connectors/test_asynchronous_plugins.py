import asyncio
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from typing import ClassVar

import pytest

from connectors import Batch, FatalError, Produced, ProducedRecord, RetryableError, Sink, Source
from connectors.blocking import BlockingSink, BlockingSource, PluginError
from connectors.create import create_plugin
from connectors.stopping import wait_async
from tests.connectors.messages import batch

PRODUCED = Produced([ProducedRecord({"n": 1})])


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


class AsyncSource(Source):
    def __init__(self) -> None:
        self.results: list[bool] = []
        self.polling = threading.Event()
        self.cleaned_up = False

    async def open(self, state: bytes | None) -> None:
        self.state = state

    async def poll(self) -> Produced | None:
        if self.state is None:
            return PRODUCED
        self.polling.set()
        try:
            await asyncio.Event().wait()
        finally:
            self.cleaned_up = True
        return None

    async def on_batch_result(self, accepted: bool) -> None:
        self.results.append(accepted)


def made(plugin_class: type[Source], stopping: threading.Event | None = None) -> Source:
    return create_plugin(
        plugin_class,
        key="async",
        log=logging.getLogger("async"),
        plugin_config=None,
        stopping=stopping or threading.Event(),
    )


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


class EndingOnce(AsyncSource):
    """Raises `error` in the first poll; the others wait before they have something."""

    error: ClassVar[BaseException]
    running = 0
    most_running = 0
    polls = 0

    async def poll(self) -> Produced | None:
        self.polls += 1
        number = self.polls
        self.running += 1
        self.most_running = max(self.most_running, self.running)
        try:
            await asyncio.sleep(0.01)
            if number == 1:
                raise self.error
            return Produced([ProducedRecord(number)])
        finally:
            self.running -= 1


@pytest.mark.parametrize(
    "error", [SystemExit(3), KeyboardInterrupt("no"), asyncio.CancelledError(), BaseException()]
)
def test_after_an_error_that_is_none_no_poll_runs_beside_another(error: BaseException) -> None:
    class Ending(EndingOnce):
        pass

    Ending.error = error
    source = made(Ending)
    assert isinstance(source, Ending)
    polled: list[object] = []

    def run() -> None:
        blocking = BlockingSource(source)
        blocking.open(None)
        with pytest.raises(PluginError, match=f"^Ending.poll raised {type(error).__name__}"):
            blocking.poll()
        for _ in range(3):
            produced = blocking.poll()
            assert produced is not None
            polled.append(produced.records[0].payload)
        blocking.close()

    # Not the main thread, where a KeyboardInterrupt is somebody's wish.
    thread = threading.Thread(target=run)
    thread.start()
    thread.join(5)

    assert polled == [2, 3, 4]
    assert source.most_running == 1


def test_a_task_that_ends_with_system_exit_takes_no_poll_with_it() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    class Leaving(AsyncSource):
        async def poll(self) -> Produced | None:
            task = asyncio.ensure_future(leave())
            await asyncio.sleep(0.01)
            assert isinstance(task.exception(), SystemExit)
            return PRODUCED

    blocking = BlockingSource(made(Leaving))
    blocking.open(None)

    assert [blocking.poll() for _ in range(2)] == [PRODUCED] * 2
    blocking.close()


def test_a_loop_that_a_method_stops_goes_on_with_nothing_of_it() -> None:
    class StoppingTheLoop(EndingOnce):
        async def poll(self) -> Produced | None:
            if self.polls == 0:
                asyncio.get_running_loop().stop()
            return await super().poll()

    StoppingTheLoop.error = OSError("the first one")
    source = made(StoppingTheLoop)
    assert isinstance(source, StoppingTheLoop)
    blocking = BlockingSource(source)
    blocking.open(None)

    with pytest.raises(RuntimeError, match="stopped before"):
        blocking.poll()
    assert blocking.poll() is not None
    assert source.most_running == 1
    blocking.close()


async def in_a_thread(hold: threading.Event) -> None:
    await asyncio.to_thread(hold.wait)


async def ignoring_its_cancellation(hold: threading.Event) -> None:
    while not hold.is_set():
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("work", [in_a_thread, ignoring_its_cancellation])
def test_what_a_plugin_leaves_running_holds_its_end_up_for_a_second_at_most(
    work: Callable[[threading.Event], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    hold = threading.Event()

    class Holding(AsyncSource):
        async def poll(self) -> Produced | None:
            self.work = asyncio.ensure_future(work(hold))
            await asyncio.sleep(0.05)
            return None

    blocking = BlockingSource(made(Holding))
    blocking.open(None)
    blocking.poll()
    started_s = time.monotonic()
    blocking.close()
    took_s = time.monotonic() - started_s
    (closing,) = [one for one in threading.enumerate() if one.name == "plugin-loop-end"]
    hold.set()
    closing.join(5)

    assert 0.9 < took_s < 3
    assert [record.name for record in caplog.records] == ["async"]
    assert "Left behind" in caplog.text


def test_what_fails_when_the_loop_ends_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail_at_the_end() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            raise SystemExit("at the end")

    class Failing(AsyncSource):
        async def poll(self) -> Produced | None:
            self.task = asyncio.ensure_future(fail_at_the_end())
            await asyncio.sleep(0)
            return None

    source = made(Failing)
    assert isinstance(source, Failing)
    blocking = BlockingSource(source)
    blocking.open(None)
    blocking.poll()
    blocking.close()

    assert "left on its event loop failed" in caplog.text
    assert isinstance(source.task.exception(), SystemExit)


def test_asynchronous_code_waits_until_it_is_time_to_end() -> None:
    stopping = threading.Event()

    async def wait() -> tuple[bool, bool]:
        asyncio.get_running_loop().call_later(0.1, stopping.set)
        return await wait_async(stopping, 0.01), await wait_async(stopping, 60)

    started_s = time.monotonic()
    assert asyncio.run(wait()) == (False, True)
    assert time.monotonic() - started_s < 5
