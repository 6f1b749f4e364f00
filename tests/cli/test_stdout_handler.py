"""The handler, which never troubles whoever logs."""

import io
import logging
import os
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from cli.log_format import TextFormatter
from cli.repeat_limit import RepeatLimit
from cli.stdout_handler import StdoutHandler
from tests.cli.log_records import record


class FlakyStream(io.StringIO):
    """Refuses to write while `broken`."""

    broken = False

    def write(self, text: str) -> int:
        if self.broken:
            raise BrokenPipeError
        return super().write(text)


class QueueStream(io.StringIO):
    """Gives every text that is written to a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.written: queue.SimpleQueue[str] = queue.SimpleQueue()

    def write(self, text: str) -> int:
        self.written.put(text)
        return len(text)


@contextmanager
def handler(stream: io.TextIOBase, limit: RepeatLimit | None = None) -> Iterator[StdoutHandler]:
    made = StdoutHandler(stream, limit or RepeatLimit())  # type: ignore[arg-type]
    made.setFormatter(TextFormatter(colours=False))
    try:
        yield made
    finally:
        made.flush()
        made.close()


def test_a_line_that_could_not_be_written_is_told_later() -> None:
    stream = FlakyStream()
    with handler(stream) as made:
        stream.broken = True
        for _ in range(3):
            made.handle(record("lost"))
        made.flush()
        stream.broken = False
        made.handle(record("back"))
        made.flush()
        made.handle(record("calm"))
        made.flush()
    told, back, calm = stream.getvalue().splitlines()
    assert "3 log lines before this one could not be written" in told
    assert back.endswith("back")
    assert calm.endswith("calm")


def test_a_closed_pipe_raises_nothing() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "w")
    with handler(stream) as made:
        for _ in range(1000):
            made.handle(record("x" * 1000))
        made.flush()
    with suppress(BrokenPipeError):
        stream.close()


def test_a_line_that_cannot_be_formatted_shows_where_and_not_what() -> None:
    stream = io.StringIO()
    with handler(stream) as made:
        made.handle(record("offset %d", "secret payload"))
        made.handle(record("offset %d", "secret payload", level=logging.ERROR))
    lines = stream.getvalue().splitlines()
    assert len(lines) == 2
    for line in lines:
        assert "a log line of sink.py:5 cannot be formatted: TypeError" in line
        assert "secret" not in line


def test_repeats_are_told_although_nothing_more_is_logged() -> None:
    stream = QueueStream()
    with handler(stream, RepeatLimit(window_s=0.05, passes=1)) as made:
        for _ in range(3):
            made.handle(record("lost", level=logging.WARNING))
        assert "lost" in stream.written.get(timeout=10)
        assert "lost … repeated 2 times" in stream.written.get(timeout=10)


def test_flushing_tells_what_is_held_back() -> None:
    stream = io.StringIO()
    with handler(stream, RepeatLimit(window_s=600, passes=1)) as made:
        for _ in range(3):
            made.handle(record("lost", level=logging.WARNING))
        made.flush()
    assert "repeated 2 times" in stream.getvalue()


def test_lines_of_many_threads_stay_whole() -> None:
    stream = io.StringIO()
    with handler(stream) as made:

        def write() -> None:
            for _ in range(100):
                made.handle(record("hello", level=logging.INFO))

        threads = [threading.Thread(target=write) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    lines = stream.getvalue().splitlines()
    assert len(lines) == 400
    assert all(line.endswith("actors.sink: hello") for line in lines)


def test_nobody_waits_for_a_reader_that_stands_still() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    with handler(stream) as made:
        # More than wait, than the writer may hold in its hands, and than the pipe takes.
        for number in range(25_000):
            made.handle(record(f"{number} " + "x" * 100))
        made.handle(record("the last one"))
        read = b""
        while b"could not be written" not in read:
            read += os.read(reading, 1 << 20)
            made.handle(record("more"))
        os.close(reading)
    with suppress(BrokenPipeError):
        stream.close()
