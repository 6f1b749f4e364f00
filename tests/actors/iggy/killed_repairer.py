"""A process that repairs a group and kills itself after so many steps: address, names, steps."""

import asyncio
import os
import signal
import sys
import time

from actors.iggy.group_lock import group_lock
from actors.iggy.group_repair import GroupRepair
from actors.iggy.group_topic import GroupTopic
from tests.actors.iggy.connecting import root_session


async def main(address: str, stream: str, topic: str, group: str, steps: str) -> None:
    """Take the steps, without waiting for anybody."""
    session = await root_session(address)
    where = GroupTopic(stream=stream, topic=topic, group=group)
    lock = group_lock(where)
    assert lock is not None
    repair = GroupRepair(where, lock, now_s=time.monotonic, limits={}, starts=True)
    for _ in range(int(steps)):
        await repair.advance(session)
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
