"""The broker without a socket: one request in, one reply out, in the order they come.

Runs in whatever thread calls it, one call at a time. Every frame gets an answer: a reply, a
refusal with a status, or an eviction.
"""

import logging
from collections.abc import Sequence
from contextlib import ExitStack
from typing import NamedTuple

from xxhash import xxh3_64_intdigest

from broker.call import Answer, Buffer, Call, Command, World, now_us
from broker.commands.table import COMMANDS
from broker.errors import DataDirectoryDamagedError, DataDirectoryError
from broker.settings import BrokerSettings
from broker.state.catalog import Catalog
from broker.state.loading import load
from broker.state.memberships import ForgottenMemberships, LastingMemberships
from broker.state.offsets import Offsets
from broker.state.retention import retain
from broker.state.sessions import Session, Sessions
from broker.state.topic import Topic
from broker.state.users import Users
from broker.storage.database import Database
from broker.storage.directory import DataDirectory
from broker.wire.codes import BY_CODE, OPERATIONS, RESULT_FRAMED, Code
from broker.wire.header import Request, eviction_frame, read_request, reply_header
from broker.wire.reader import Reader
from broker.wire.status import EvictedError, EvictionReason, RefusedError, Status

logger = logging.getLogger(__name__)

_NO_ERRORS = bytes(4)
_LEGACY_LOGINS = {Code.LEGACY_LOGIN, Code.LEGACY_TOKEN_LOGIN}
_NOT_SERVED = {Code.GET_SNAPSHOT, Code.FLUSH_UNSAVED_BUFFER}
_BEFORE_LOGIN = {Code.LOGIN, Code.LOGOUT}
_OWN_OPERATION = frozenset(OPERATIONS.values())


class Reply(NamedTuple):
    """Bytes to send; with `waits_for` they may be held back until that topic wakes."""

    parts: Sequence[Buffer]
    waits_for: Topic | None = None


class Core:
    """Opens a data directory, answers requests on it, closes it."""

    def __init__(self, settings: BrokerSettings) -> None:
        """Raises DataDirectoryError when the directory cannot be used."""
        try:
            self.world = self._open(settings)
        except (LookupError, RefusedError) as error:
            raise DataDirectoryDamagedError(self._directory.catalog, repr(error)) from error
        except OSError as error:
            raise DataDirectoryError(f"{error}; choose another with IGGY_SYSTEM_PATH") from error

    def _open(self, settings: BrokerSettings) -> World:
        with ExitStack() as undo:
            self._directory = DataDirectory(settings.data_directory)
            undo.callback(self._directory.release)
            self._database = Database(self._directory.catalog)
            undo.callback(self._database.close)
            catalog, users = Catalog(self._database, self._directory), Users(self._database)
            lasting = settings.crashes_like_the_server
            last_member_id = load(
                catalog, self._database, self._directory, crashes_like_the_server=lasting
            )
            users.load()
            if not len(users.all):
                users.create(settings.root_username, settings.root_password.encode(), now_us())
            undo.pop_all()
        return World(
            settings=settings,
            catalog=catalog,
            offsets=Offsets(self._database),
            users=users,
            sessions=Sessions(
                LastingMemberships(self._database) if lasting else ForgottenMemberships(),
                first_id=last_member_id + 1,
            ),
            started_us=now_us(),
        )

    def answer(self, session: Session, frame: memoryview) -> Reply:
        """Answer one whole frame; never raises for what is in it."""
        request = read_request(frame)
        try:
            command = _command(request, session)
            answer = command(Call(self.world, session, request, Reader(request.body)))
        except RefusedError as refusal:
            return _refusal(request, refusal.status)
        except EvictedError as eviction:
            return Reply((eviction_frame(request.client, eviction.reason),))
        except Exception:
            logger.exception(
                "Operation %d (code %d) of client %s failed",
                request.operation,
                request.code,
                session.address,
            )
            return _refusal(request, Status.INTERNAL)
        return _reply(request, answer)

    @staticmethod
    def postpone(header: memoryview) -> Reply:
        """Answer a frame whose body could not be taken: the client sends it again by itself."""
        return _refusal(read_request(header), Status.NOT_ACCEPTED)

    def retain(self) -> None:
        """Let messages go that are to be kept no longer."""
        for stream in self.world.catalog.streams:
            for topic in stream.topics:
                retain(topic, now_us())

    def close(self) -> None:
        """Let go of the data directory."""
        for session in self.world.sessions.all():
            self.world.sessions.close(session)
        self._database.run("UPDATE stops SET was_clean = 1")
        self.world.catalog.files.close_all()
        self._database.close()
        self._directory.release()


def _command(request: Request, session: Session) -> Command:
    """Find what a request asks for; before a login that is next to nothing."""
    if session.is_stale:
        session.is_stale = False
        raise EvictedError(EvictionReason.STALE_CLIENT)
    if request.operation == BY_CODE:
        if request.code in _LEGACY_LOGINS:
            raise EvictedError(EvictionReason.MALFORMED_LOGIN)
        if session.user is None and request.code != Code.PING:
            raise RefusedError(Status.UNAUTHENTICATED)
        if request.code in _NOT_SERVED:
            raise RefusedError(Status.FEATURE_UNAVAILABLE)
        if request.code not in COMMANDS or request.code in _OWN_OPERATION:
            raise RefusedError(Status.INVALID_COMMAND)
        return COMMANDS[request.code]
    code = OPERATIONS.get(request.operation)
    if session.user is None and code not in _BEFORE_LOGIN:
        raise EvictedError(EvictionReason.NO_SESSION)
    if code is None:
        raise RefusedError(Status.FEATURE_UNAVAILABLE)
    if request.checksum and request.checksum != xxh3_64_intdigest(request.body):
        raise RefusedError(Status.INVALID_FORMAT)
    return COMMANDS[code]


def _reply(request: Request, answer: bytes | Answer) -> Reply:
    parts, waits_for = answer if isinstance(answer, Answer) else ((answer,), None)
    prefix = _NO_ERRORS if request.operation in RESULT_FRAMED else b""
    first, *others = parts
    header = reply_header(request, body_bytes=len(prefix) + sum(map(len, parts)))
    return Reply((header + prefix + first, *others), waits_for)


def _refusal(request: Request, status: Status) -> Reply:
    return Reply((reply_header(request, body_bytes=0, status=status),))
