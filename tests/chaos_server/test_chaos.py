"""The crash chaos as part of the suite: one round, with a new seed each time, which is printed."""

import random
from pathlib import Path

import pytest

from tests.chaos_server.chaos import CrashChaos

pytestmark = pytest.mark.broker_only


def test_whatever_the_server_forgets_the_topic_reaches_the_target(tmp_path: Path) -> None:
    report = CrashChaos(tmp_path, random.randrange(10**6)).run(1)
    print(report)  # noqa: T201, shown when it fails, and by -s
    assert not report.faults()
