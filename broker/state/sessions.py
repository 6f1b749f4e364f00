"""Connections as the commands see them: who is logged in, and which groups they are in."""

from dataclasses import dataclass, field

from broker.state.group import Group
from broker.state.memberships import Memberships
from broker.state.topic import Topic
from broker.state.users import User

_ANONYMOUS = bytes(16)


@dataclass(slots=True, eq=False)
class Session:
    """One connection. `client` is the random value of its last login, known to groups."""

    id: int
    address: str
    user: User | None = None
    client: bytes = _ANONYMOUS
    heard_s: float = 0.0
    is_stale: bool = False
    joined: dict[int, tuple[Topic, Group]] = field(default_factory=dict)


class Sessions:
    """All open connections."""

    def __init__(self, memberships: Memberships, first_id: int) -> None:
        self._memberships = memberships
        self._by_id: dict[int, Session] = {}
        self._next_id = first_id
        self._last_number = 0

    def __len__(self) -> int:
        return len(self._by_id)

    def open(self, address: str, now_s: float) -> Session:
        """Take note of a new connection."""
        session = Session(self._next_id, address, heard_s=now_s)
        self._next_id += 1
        self._by_id[session.id] = session
        return session

    def close(self, session: Session) -> None:
        """Take note that a connection is gone."""
        self.log_out(session)
        self._by_id.pop(session.id, None)

    def find(self, session_id: int) -> Session | None:
        """Return an open connection by id, None when there is none."""
        return self._by_id.get(session_id)

    def all(self) -> list[Session]:
        """Return every open connection."""
        return list(self._by_id.values())

    def log_in(self, session: Session, user: User, client: bytes, now_us: int) -> int:
        """Let a connection act for a user, in place of any other.

        Returns a number that is higher than that of every login before, restarts included.
        """
        self.log_out(session)
        session.user, session.client = user, client
        self._last_number = max(self._last_number + 1, now_us)
        return self._last_number

    def log_out(self, session: Session) -> None:
        """Let a connection act for nobody; the members of its groups go on without it."""
        for topic, group in list(session.joined.values()):
            self.leave(session, topic, group)
        session.user, session.client = None, _ANONYMOUS

    def evict(self, session: Session) -> None:
        """Log out a client that was silent for too long; it is told when it speaks again."""
        self.log_out(session)
        session.is_stale = True

    def expel(self, user: User) -> None:
        """Log a user out everywhere; what they ask next is answered with an eviction."""
        for session in self._by_id.values():
            if session.user is user:
                self.log_out(session)

    def join(self, session: Session, topic: Topic, group: Group, deadline_s: float) -> None:
        """Make a connection a member; partitions in use come to it by the deadline."""
        self._memberships.add(group, session.client, session.id)
        group.join(session.client, session.id, deadline_s)
        session.joined[group.uid] = (topic, group)
        topic.wake()

    def leave(self, session: Session, topic: Topic, group: Group) -> None:
        """Take a connection out of a group; the others have its partitions at once."""
        self._memberships.remove(group, session.client)
        group.leave(session.client)
        session.joined.pop(group.uid, None)
        topic.wake()
