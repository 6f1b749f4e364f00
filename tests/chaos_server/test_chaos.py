"""The crash chaos as part of the suite: one round, with a new seed each time, which is printed."""

import random
from pathlib import Path

from tests.chaos_server.chaos import CrashChaos
from tests.support.killable_server import KillableServer


def test_whatever_the_server_forgets_the_topic_reaches_the_target(
    tmp_path: Path, killable_server: KillableServer
) -> None:
    report = CrashChaos(tmp_path, killable_server, random.randrange(10**6)).run(1)
    print(report)  # noqa: T201, shown when it fails, and by -s
    assert not report.faults()
