"""Memory that is kept between batches."""

import ctypes
import subprocess
import sys

import pytest

from cli.heap import keep_memory

# Fills and empties 8 MB again and again, and prints how many pages the system had to give.
_FILL_AND_EMPTY = """
import resource, sys
from cli.heap import keep_memory

if sys.argv[1] == "keep":
    keep_memory()
for _ in range(3):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    filled = [bytes(1024) for _ in range(8_000)]
    del filled
    pages = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(pages)
"""


def pages_of_another_batch(what: str) -> int:
    command = [sys.executable, "-c", _FILL_AND_EMPTY, what]
    return int(subprocess.run(command, check=True, capture_output=True, timeout=30).stdout)


def test_the_next_batch_gets_the_memory_of_the_last_one() -> None:
    assert pages_of_another_batch("keep") < pages_of_another_batch("give back") / 4


@pytest.mark.parametrize("error", [OSError("no such library"), AttributeError("mallopt")])
def test_another_c_library_is_left_alone(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(name: str | None) -> None:
        asked.append(name)
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    keep_memory()
    assert asked == [None]
