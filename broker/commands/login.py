"""Login by password or by token, and logout."""

import logging
from collections.abc import Callable
from typing import TypeVar

from broker.call import Call, Command, now_us
from broker.state.users import User
from broker.wire.codes import Code
from broker.wire.reader import Reader
from broker.wire.status import EvictedError, EvictionReason, RefusedError
from broker.wire.version import (
    HIGHEST,
    PROTOCOL_MAJOR,
    PROTOCOL_MINOR,
    SERVER_VERSION,
    accepts,
    unpacked,
)
from broker.wire.writer import name, u32, u64

logger = logging.getLogger(__name__)

T = TypeVar("T")


def _log_in(call: Call) -> bytes:
    """Both kinds of login look alike, so they are told apart by which one fits exactly."""
    try:
        version = call.body.u32()
    except RefusedError:
        raise EvictedError(EvictionReason.MALFORMED_LOGIN) from None
    if not accepts(version):
        logger.warning(
            "Client %s speaks protocol %s, this broker speaks %d.%d",
            call.session.address,
            unpacked(version),
            PROTOCOL_MAJOR,
            PROTOCOL_MINOR,
        )
        raise EvictedError(EvictionReason.INCOMPATIBLE_PROTOCOL)
    user = _credentials_owner(call)
    number = call.world.sessions.log_in(call.session, user, call.request.client, now_us())
    return u32(user.id) + u64(number) + u32(HIGHEST) + name(SERVER_VERSION)


def _credentials_owner(call: Call) -> User:
    try:
        call.body.name()
        call.body.name()
        credentials = call.body.rest()
    except RefusedError:
        raise EvictedError(EvictionReason.MALFORMED_LOGIN) from None
    users = call.world.users
    by_password = _fields(credentials, _password_login)
    if by_password is not None:
        user_name, password = by_password
        try:
            return users.log_in(user_name, password)
        except EvictedError as eviction:
            if eviction.reason is not EvictionReason.INVALID_CREDENTIALS:
                raise
    token = _fields(credentials, _token_login)
    if token is not None:
        return users.log_in_with_token(token, now_us())
    raise EvictedError(
        EvictionReason.MALFORMED_LOGIN
        if by_password is None
        else EvictionReason.INVALID_CREDENTIALS
    )


def _password_login(body: Reader) -> tuple[str, bytes]:
    return body.name(), body.short_bytes()


def _token_login(body: Reader) -> bytes:
    return body.short_bytes()


def _fields(view: memoryview, read: Callable[[Reader], T]) -> T | None:
    """Read credentials and the context behind them; None when they do not fill the body."""
    reader = Reader(view)
    try:
        fields = read(reader)
        reader.long_bytes()
        reader.end()
    except RefusedError:
        return None
    return fields


def _log_out(call: Call) -> bytes:
    call.world.sessions.log_out(call.session)
    return b""


COMMANDS: dict[int, Command] = {Code.LOGIN: _log_in, Code.LOGOUT: _log_out}
