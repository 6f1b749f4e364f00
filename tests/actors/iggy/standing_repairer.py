"""A process that repairs a group for so many steps, and stands still then, until it is killed.

`standing_repairer ADDRESS STREAM TOPIC GROUP STEPS`; its first line says that it stands.
"""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from actors.iggy.group_lock import group_lock
from actors.iggy.group_repair import GroupRepair
from actors.iggy.group_topic import GroupTopic
from tests.actors.iggy.connecting import root_session

_LONG_S = 60.0


@contextmanager
def standing_repairer(address: str, where: GroupTopic, steps: int) -> Iterator[None]:
    """Have one stand after so many steps; it is killed at the end."""
    names = (where.stream, where.topic, where.group)
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, address, *names, str(steps)],
        cwd=Path(__file__).parents[3],
        stdout=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"stands\n"
            yield
        finally:
            process.kill()


async def main(address: str, stream: str, topic: str, group: str, steps: str) -> None:
    """Take the steps, none of which has to wait for anybody, and stand."""
    session = await root_session(address)
    where = GroupTopic(stream=stream, topic=topic, group=group)
    lock = group_lock(where)
    assert lock is not None
    repair = GroupRepair(where, lock, now_s=time.monotonic, limits={}, starts=True)
    for _ in range(int(steps)):
        progress = await repair.advance(session)
        assert progress.pause_s == 0
    sys.stdout.write("stands\n")
    sys.stdout.flush()
    await asyncio.sleep(_LONG_S)
    await session.ping()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
