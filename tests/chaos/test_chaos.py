"""The chaos run as part of the suite: some rounds, with a new seed each time, which is printed."""

import random
import time
from pathlib import Path

import pytest

from tests.chaos.chaos import Chaos

pytestmark = [pytest.mark.broker_only, pytest.mark.timeout(120)]

ROUNDS = 8
LEAST_HELD = 3
LEAST_GAPS = 1
LIMIT_S = 35.0


def test_nothing_is_lost_whatever_is_killed(tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    report = Chaos(tmp_path, seed).run(
        ROUNDS,
        least_held=LEAST_HELD,
        least_gaps=LEAST_GAPS,
        ends_s=time.monotonic() + LIMIT_S,
    )
    print(report)  # noqa: T201, shown when it fails, and by -s
    assert not report.faults()
    assert report.held >= LEAST_HELD, "too few kills hit a held consume: this run does not count"
    assert report.gaps >= LEAST_GAPS, "no kill hit between send and state: this does not count"
