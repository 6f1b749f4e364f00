"""What a command is given, and what it gives back."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from broker.settings import BrokerSettings
from broker.state.catalog import Catalog
from broker.state.offsets import Offsets
from broker.state.sessions import Session, Sessions
from broker.state.topic import Topic
from broker.state.users import User, Users
from broker.wire.header import Request
from broker.wire.reader import Reader
from broker.wire.status import RefusedError, Status

Buffer = bytes | memoryview


@dataclass(frozen=True, slots=True)
class World:
    """Everything the commands work on."""

    settings: BrokerSettings
    catalog: Catalog
    offsets: Offsets
    users: Users
    sessions: Sessions
    started_us: int


class Call(NamedTuple):
    """One request on its way through a command; `body` stands at its first field."""

    world: World
    session: Session
    request: Request
    body: Reader

    @property
    def user(self) -> User:
        """The user the connection acts for."""
        if self.session.user is None:
            raise RefusedError(Status.UNAUTHENTICATED)
        return self.session.user

    def topic(self) -> Topic:
        """Read a stream and a topic from the body and return the topic."""
        stream, topic = self.body.identifier(), self.body.identifier()
        return self.world.catalog.topic(stream, topic)


class Answer(NamedTuple):
    """The payload of a reply.

    `waits_for` is set by a poll that found nothing: the reply may be held back until that topic
    wakes it, and the request asked again then.
    """

    parts: Sequence[Buffer]
    waits_for: Topic | None = None


Command = Callable[[Call], bytes | Answer]


def now_us() -> int:
    """Return the wall clock in µs."""
    return time.time_ns() // 1000
