"""Memory that is kept between batches."""

import ctypes

import pytest

from cli.heap import keep_memory


@pytest.mark.parametrize("error", [OSError("no such library"), AttributeError("mallopt")])
def test_another_c_library_is_left_alone(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def refuse(name: str | None) -> None:
        asked.append(name)
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    keep_memory()
    assert asked == [None]
