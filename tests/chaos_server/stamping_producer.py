"""Numbers into a topic, as a process: `stamping_producer ADDRESS STREAM PARTITIONS STOP_FILE`.

Each number is the microsecond at which it was sent, and never sent again: what is in the topic
can be told from what a crash took, and what came after a restart from what came before.
"""

import asyncio
import sys
import time
from pathlib import Path

from apache_iggy import IggyClient, SendMessage

from tests.support.numbers import TOPIC
from tests.support.sdk import connect

_BATCH = 50
_PAUSE_S = 0.04
_LIMIT_S = 5.0


async def produce(address: str, stream: str, partitions: int, stop_file: Path) -> None:
    """Send to all partitions in turns until the stop file is there."""
    client: IggyClient | None = None
    partition = 0
    while not stop_file.exists():  # noqa: ASYNC240, it takes microseconds
        first = time.time_ns() // 1000
        messages = [SendMessage(str(number)) for number in range(first, first + _BATCH)]
        try:
            async with asyncio.timeout(_LIMIT_S):
                client = client or await connect(address)
                await client.send_messages(stream, TOPIC, partition, messages)
        except Exception:  # noqa: BLE001, the broker was killed
            client = None
        partition = (partition + 1) % partitions
        await asyncio.sleep(_PAUSE_S)


if __name__ == "__main__":
    sys.stdout.write("produces\n")
    sys.stdout.flush()
    asyncio.run(produce(sys.argv[1], sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))
