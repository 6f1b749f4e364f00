"""A server that loses in a crash what the real one loses, and what is in its topic afterwards."""

from collections.abc import Iterable

from apache_iggy import SendMessage

from tests.support.killable_server import KillableServer
from tests.support.numbers import TOPIC, read_numbers
from tests.support.sdk import connect, run

# A partition is written out every 1024 messages, by whole requests: of 1500 messages in requests
# of 100 a crash leaves 1100, of fewer than 1024 none.
_REQUEST = 100


class CrashingServer:
    """The partition 0 of the topic `numbers` of `stream`, on a server that can crash."""

    def __init__(self, server: KillableServer, stream: str) -> None:
        self._server = server
        self.stream = stream

    @property
    def address(self) -> str:
        """Where it listens."""
        return self._server.address

    def send(self, numbers: Iterable[int]) -> None:
        """Append numbers, in requests of 100."""
        texts = [str(number) for number in numbers]

        async def send() -> None:
            client = await connect(self._server.address)
            for start in range(0, len(texts), _REQUEST):
                messages = [SendMessage(text) for text in texts[start : start + _REQUEST]]
                await client.send_messages(self.stream, TOPIC, 0, messages)

        run(send)

    def numbers(self) -> list[int]:
        """Return what is there."""
        return read_numbers(self._server.address, self.stream)

    def crash(self) -> None:
        """Kill the server and start it again."""
        self._server.kill()
        self._server.restart()
