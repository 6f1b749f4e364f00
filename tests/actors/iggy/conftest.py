"""A running IggyLoop."""

from collections.abc import Iterator

import pytest

from actors.iggy.iggy_loop import IggyLoop
from tests.actors.iggy.answers import DEADLINE_S


@pytest.fixture
def loop() -> Iterator[IggyLoop]:
    loop = IggyLoop()
    loop.start()
    yield loop
    assert loop.stop(DEADLINE_S)
