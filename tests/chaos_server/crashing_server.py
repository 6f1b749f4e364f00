"""A server that loses in a crash what the real one loses, and what is in its topic afterwards."""

from collections.abc import Iterable

from apache_iggy import SendMessage

from tests.support.broker import BrokerProcess
from tests.support.numbers import TOPIC, read_numbers
from tests.support.sdk import connect, run

# A partition is written out every 1024 messages, by whole requests: of 1500 messages in requests
# of 100 a crash leaves 1100, of fewer than 1024 none.
_REQUEST = 100


class CrashingServer:
    """The partition 0 of the topic `numbers` of `stream`, on a broker that can crash."""

    def __init__(self, broker: BrokerProcess, stream: str) -> None:
        self.broker = broker
        self._stream = stream

    def send(self, numbers: Iterable[int]) -> None:
        """Append numbers, in requests of 100."""
        texts = [str(number) for number in numbers]

        async def send() -> None:
            client = await connect(self.broker.address)
            for start in range(0, len(texts), _REQUEST):
                messages = [SendMessage(text) for text in texts[start : start + _REQUEST]]
                await client.send_messages(self._stream, TOPIC, 0, messages)

        run(send)

    def numbers(self) -> list[int]:
        """Return what is there."""
        return read_numbers(self.broker.address, self._stream)

    def crash(self) -> None:
        """Kill the server and start it again."""
        self.broker.kill()
        self.broker.restart()
