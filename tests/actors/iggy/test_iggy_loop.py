"""The loop answers every call once, whatever becomes of it."""

import asyncio
import gc
from collections.abc import Iterator
from functools import partial
from threading import Event

import pytest

from actors.iggy.doing import doing
from actors.iggy.iggy_error import (
    ConnectionLostError,
    IggyCallError,
    IggyTimeoutError,
    NotFoundError,
)
from actors.iggy.iggy_loop import IggyLoop
from tests.actors.iggy.answers import DEADLINE_S, Answers, answer_of


class Panic(BaseException):
    """Stands for what the SDK's Rust code raises when it panics."""


async def five() -> int:
    await asyncio.sleep(0)
    return 5


async def never() -> None:
    with doing("wait for nothing"):
        await asyncio.Event().wait()


async def raising(error: BaseException) -> None:
    raise error


@pytest.fixture
def unfreezing() -> Iterator[None]:
    """Undo a test's `gc.disable`."""
    yield
    gc.enable()


def test_a_result_comes_in_the_thread_of_the_loop(loop: IggyLoop) -> None:
    answers = Answers()
    loop.submit(five, timeout_s=DEADLINE_S, on_done=answers.take)
    assert answers.next() == 5
    assert answers.thread is not None
    assert (answers.thread.name, answers.thread.daemon) == ("iggy-loop", True)


def test_calls_run_side_by_side(loop: IggyLoop) -> None:
    waiting = Answers()
    loop.submit(never, timeout_s=DEADLINE_S, on_done=waiting.take)
    assert answer_of(loop, five) == 5
    assert waiting.count() == 0


def test_a_call_that_takes_too_long_is_answered_and_named(loop: IggyLoop) -> None:
    answer = answer_of(loop, never, timeout_s=0.05)
    assert isinstance(answer, IggyTimeoutError)
    assert str(answer) == "wait for nothing: no answer within 0.05 s"


def test_a_call_that_nobody_else_refers_to_is_answered(loop: IggyLoop) -> None:
    answers = Answers()
    loop.submit(never, timeout_s=0.3, on_done=answers.take)
    assert answer_of(loop, five) == 5
    gc.collect()
    assert isinstance(answers.next(), IggyTimeoutError)


def test_an_iggy_error_arrives_as_it_is(loop: IggyLoop) -> None:
    error = NotFoundError("the stream was not found")
    assert answer_of(loop, partial(raising, error)) is error


@pytest.mark.parametrize(
    "error",
    [KeyError("k"), Panic("p"), SystemExit(3), KeyboardInterrupt(), GeneratorExit()],
    ids=lambda error: type(error).__name__,
)
def test_whatever_a_call_raises_is_named_and_the_loop_goes_on(
    loop: IggyLoop, error: BaseException
) -> None:
    answer = answer_of(loop, partial(raising, error))
    assert type(answer) is IggyCallError
    assert type(error).__name__ in str(answer)
    assert answer_of(loop, five) == 5


def test_a_call_that_cancels_itself_is_no_lost_connection(loop: IggyLoop) -> None:
    answer = answer_of(loop, partial(raising, asyncio.CancelledError()))
    assert type(answer) is IggyCallError
    assert "CancelledError" in str(answer)


def test_a_function_that_makes_no_coroutine_is_answered(loop: IggyLoop) -> None:
    def fail() -> None:
        raise ValueError("no coroutine")

    answer = answer_of(loop, fail)  # type: ignore[arg-type]
    assert type(answer) is IggyCallError


@pytest.mark.usefixtures("unfreezing")
def test_an_error_holds_nothing_of_the_call(loop: IggyLoop) -> None:
    gone = Event()

    class Connection:
        def __del__(self) -> None:
            gone.set()

    async def fail() -> None:
        connection = Connection()
        with doing(f"a call on {type(connection).__name__}"):
            raise RuntimeError("Disconnected")

    gc.disable()
    answer = answer_of(loop, fail)
    assert isinstance(answer, ConnectionLostError)
    assert gone.wait(DEADLINE_S)


@pytest.mark.usefixtures("unfreezing")
def test_a_call_that_was_cut_off_holds_nothing(loop: IggyLoop) -> None:
    gone = Event()

    class Connection:
        def __del__(self) -> None:
            gone.set()

    async def hang() -> None:
        connection = Connection()
        with doing(f"a call on {type(connection).__name__}"):
            await asyncio.Event().wait()

    gc.disable()
    answer = answer_of(loop, hang, timeout_s=0.05)
    assert isinstance(answer, IggyTimeoutError)
    assert gone.wait(DEADLINE_S)


@pytest.mark.parametrize("error", [ValueError("v"), Panic("p"), SystemExit(3)])
def test_a_callback_that_raises_is_logged_and_the_loop_goes_on(
    loop: IggyLoop, caplog: pytest.LogCaptureFixture, error: BaseException
) -> None:
    def fail(_: object) -> None:
        raise error

    loop.submit(five, timeout_s=DEADLINE_S, on_done=fail)
    assert answer_of(loop, five) == 5
    assert [record.exc_info[1] for record in caplog.records if record.exc_info] == [error]


def test_a_stop_answers_the_calls_that_still_wait() -> None:
    loop, answers = IggyLoop(), Answers()
    loop.start()
    loop.submit(never, timeout_s=DEADLINE_S, on_done=answers.take)
    assert answer_of(loop, five) == 5
    assert loop.stop(DEADLINE_S)
    answer = answers.next()
    assert type(answer) is ConnectionLostError
    assert str(answer) == "wait for nothing: the Iggy loop was stopped"


def test_every_call_is_answered_once_however_close_the_stop_is() -> None:
    loop, answers = IggyLoop(), Answers()
    loop.start()
    for _ in range(500):
        loop.submit(never, timeout_s=DEADLINE_S, on_done=answers.take)
    assert loop.stop(DEADLINE_S)
    kinds = {type(answers.next()) for _ in range(500)}
    assert (kinds, answers.count()) == ({ConnectionLostError}, 0)


def test_a_call_is_refused_at_once_where_the_loop_does_not_run() -> None:
    loop, answers = IggyLoop(), Answers()
    loop.submit(five, timeout_s=DEADLINE_S, on_done=answers.take)
    assert answers.count() == 1
    loop.start()
    assert loop.stop(DEADLINE_S)
    loop.submit(five, timeout_s=DEADLINE_S, on_done=answers.take)
    assert answers.count() == 2
    assert type(answers.next()) is type(answers.next()) is ConnectionLostError


def test_a_stop_twice_or_before_a_start_is_nothing_special() -> None:
    loop = IggyLoop()
    assert loop.stop(DEADLINE_S)
    loop.start()
    assert loop.stop(DEADLINE_S)
    assert loop.stop(DEADLINE_S)


def test_a_stop_that_takes_too_long_says_so(loop: IggyLoop) -> None:
    entered, release = Event(), Event()

    async def block() -> None:
        entered.set()
        release.wait(DEADLINE_S)

    answers = Answers()
    loop.submit(block, timeout_s=DEADLINE_S, on_done=answers.take)
    assert entered.wait(DEADLINE_S)
    assert not loop.stop(0.05)
    release.set()
    assert answers.next() is None
