"""Numbers into a topic, as a process: `producer ADDRESS STREAM PARTITIONS PER_S STOP_FILE`.

Each partition gets 0, 1, 2 … until the stop file is there. Whatever was not acknowledged is sent
again, so that a number may stand there twice, but none is missing. The last line that it says is
how many numbers of each partition were acknowledged.
"""

import asyncio
import json
import sys
from pathlib import Path

from apache_iggy import IggyClient, SendMessage

from tests.support.numbers import TOPIC
from tests.support.sdk import connect

# More than one batch of the sink, so that it has some of it in hand and some still before it.
_BATCH = 40
_LIMIT_S = 5.0


async def produce(
    address: str, stream: str, partitions: int, per_s: float, stop_file: Path
) -> list[int]:
    """Send until the stop file is there; return how many numbers each partition has."""
    acknowledged = [0] * partitions
    client: IggyClient | None = None
    partition = 0
    while not stop_file.exists():  # noqa: ASYNC240, it takes microseconds
        first = acknowledged[partition]
        messages = [SendMessage(str(number)) for number in range(first, first + _BATCH)]
        try:
            async with asyncio.timeout(_LIMIT_S):
                client = client or await connect(address)
                await client.send_messages(stream, TOPIC, partition, messages)
        except Exception:  # noqa: BLE001, the broker was killed: the same again
            client = None
            await asyncio.sleep(0.05)
            continue
        acknowledged[partition] += _BATCH
        partition = (partition + 1) % partitions
        await asyncio.sleep(_BATCH / per_s)
    return acknowledged


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _say("produces")
    _say(
        json.dumps(
            asyncio.run(
                produce(
                    sys.argv[1],
                    sys.argv[2],
                    int(sys.argv[3]),
                    float(sys.argv[4]),
                    Path(sys.argv[5]),
                )
            )
        )
    )
