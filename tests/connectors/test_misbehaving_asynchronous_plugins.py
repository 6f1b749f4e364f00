"""What asynchronous plugins do to their loop harms neither the next call nor the end."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import ClassVar

import pytest

from connectors import Produced, ProducedRecord
from connectors.blocking import BlockingSource, PluginError
from tests.connectors.asynchronous_source import PRODUCED, AsyncSource, made


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
