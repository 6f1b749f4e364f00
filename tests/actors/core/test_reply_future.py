import logging
import threading
from typing import Any

import pytest

from actors.core import AskTimeoutError, Forwarded, ReplyFuture


def failed(error: BaseException) -> ReplyFuture[Any]:
    future: ReplyFuture[Any] = ReplyFuture()
    future.set_exception((type(error), error, None))
    return future


def test_the_first_answer_counts() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    future.set(1)
    future.set(2)
    future.set_exception((ValueError, ValueError("late"), None))
    assert future.get(timeout=0) == 1


def test_an_error_is_an_answer_too() -> None:
    future = failed(ValueError("first"))
    future.set(2)
    for _ in range(2):
        with pytest.raises(ValueError, match="first"):
            future.get(timeout=0)


def test_none_is_an_answer() -> None:
    future: ReplyFuture[None] = ReplyFuture()
    future.set()
    assert future.get(timeout=0) is None


def test_a_forwarded_is_no_answer() -> None:
    future: ReplyFuture[Any] = ReplyFuture()
    future.set(Forwarded())
    with pytest.raises(AskTimeoutError):
        future.get(timeout=0)
    future.set("from somebody else")
    assert future.get(timeout=0) == "from somebody else"


def test_the_error_that_is_being_handled_is_taken_by_default() -> None:
    future: ReplyFuture[Any] = ReplyFuture()
    try:
        raise ValueError("handled")  # noqa: TRY301
    except ValueError:
        future.set_exception()
    with pytest.raises(ValueError, match="handled"):
        future.get(timeout=0)


def test_an_error_given_by_its_type_alone_is_made() -> None:
    future: ReplyFuture[Any] = ReplyFuture()
    future.set_exception((KeyError, None, None))
    with pytest.raises(KeyError):
        future.get(timeout=0)


def test_setting_an_error_where_there_is_none_still_answers() -> None:
    future: ReplyFuture[Any] = ReplyFuture()
    future.set_exception()
    with pytest.raises(RuntimeError):
        future.get(timeout=0)


def test_no_answer_in_time_raises_and_the_answer_may_still_come() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    with pytest.raises(AskTimeoutError, match=r"0\.01 s"):
        future.get(timeout=0.01)
    future.set(3)
    assert future.get(timeout=0) == 3


def test_one_who_waits_is_woken() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    waiting = threading.Event()
    got: list[int] = []

    def wait() -> None:
        waiting.set()
        got.append(future.get(timeout=5))

    waiter = threading.Thread(target=wait)
    waiter.start()
    assert waiting.wait(5)
    future.set(4)
    waiter.join(5)
    assert got == [4]


def test_callbacks_are_called_once_by_whoever_answers_in_order() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    called: list[tuple[int, str]] = []
    future.add_done_callback(lambda: called.append((1, threading.current_thread().name)))
    future.add_done_callback(lambda: called.append((2, threading.current_thread().name)))
    answerer = threading.Thread(target=future.set, args=(1,), name="answerer")
    answerer.start()
    answerer.join(5)
    future.set(2)
    assert called == [(1, "answerer"), (2, "answerer")]


def test_a_callback_that_comes_after_the_answer_is_called_at_once() -> None:
    called: list[int] = []
    failed(ValueError()).add_done_callback(lambda: called.append(1))
    assert called == [1]


def test_a_callback_finds_the_answer() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    found: list[int] = []
    future.add_done_callback(lambda: found.append(future.get(timeout=0)))
    future.set(5)
    assert found == [5]


def test_a_callback_that_raises_is_logged_and_harms_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    future: ReplyFuture[int] = ReplyFuture()
    called: list[int] = []
    future.add_done_callback(lambda: called.remove(0))
    future.add_done_callback(lambda: called.append(1))
    with caplog.at_level(logging.ERROR):
        future.set(6)
    assert called == [1]
    assert future.get(timeout=0) == 6
    assert "ValueError" in caplog.text


def test_one_of_many_answers_at_once_wins_for_all() -> None:
    for _ in range(50):
        future: ReplyFuture[int] = ReplyFuture()
        start = threading.Barrier(4)
        seen: list[int] = []

        def answer(
            number: int,
            future: ReplyFuture[int] = future,
            start: threading.Barrier = start,
            seen: list[int] = seen,
        ) -> None:
            start.wait(5)
            future.set(number)
            seen.append(future.get(timeout=0))

        threads = [threading.Thread(target=answer, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(5)
        assert len(seen) == 4
        assert len(set(seen)) == 1


def test_the_hook_of_pykka_is_kept() -> None:
    future: ReplyFuture[int] = ReplyFuture()
    future.set(20)
    assert future.map(lambda value: value + 1).get(timeout=0) == 21
