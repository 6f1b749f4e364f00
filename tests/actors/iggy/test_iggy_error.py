"""Texts of the SDK, as version 0.9.0 says them for each status code, and what they become."""

import asyncio

import pytest

from actors.iggy.doing import doing
from actors.iggy.iggy_error import (
    AlreadyExistsError,
    ConnectionLostError,
    IggyCallError,
    IggyError,
    IggyTimeoutError,
    LoginRefusedError,
    NoStoredOffsetError,
    NotAMemberError,
    NotFoundError,
    NotOwnedError,
    TooLargeError,
    VersionRefusedError,
    map_error,
)

_GROUP = "Consumer group with ID: 0 for topic with ID: 0"
_MEMBER = "Consumer group member with client ID: 0"


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (ConnectionLostError, "Disconnected"),
        (ConnectionLostError, "Cannot establish connection"),
        (ConnectionLostError, "Stale client"),
        (ConnectionLostError, "Unauthenticated"),
        (ConnectionLostError, "Connection closed"),
        (ConnectionLostError, "Client shutdown"),
        (ConnectionLostError, "Request transiently not committed; retry"),
        (LoginRefusedError, "Invalid credentials"),
        (LoginRefusedError, "Invalid personal access token"),
        (
            LoginRefusedError,
            "Personal access token: a: b for user with ID: 0 has expired.",
        ),
        (LoginRefusedError, "User inactive"),
        (VersionRefusedError, "Incompatible binary protocol version: client 0.11.0, server ..."),
        (NotFoundError, "Stream with ID: 0 was not found."),
        (NotFoundError, "Stream with name:  was not found."),
        (NotFoundError, "Topic with ID: 0 for stream with ID: 0 was not found."),
        (NotFoundError, "Partition with ID: 0 for topic with ID: 0 for stream ... was not found."),
        (NotFoundError, _GROUP + " was not found."),
        (NotFoundError, "Resource with key:  was not found."),
        (NoStoredOffsetError, "Consumer offset for consumer with ID: 0 was not found."),
        (AlreadyExistsError, "Stream with name:  already exists."),
        (AlreadyExistsError, "Topic with name:  for stream with ID: 0 already exists."),
        (AlreadyExistsError, "Consumer group with name:  for topic with ID: 0 already exists."),
        (NotAMemberError, _MEMBER + " for group with ID: g for topic with ID: t was not found."),
        (
            NotOwnedError,
            _MEMBER + " does not own partition: 0 at the current generation (rebalance ...).",
        ),
        (TooLargeError, "Too big message payload"),
        (TooLargeError, "Too big headers payload"),
        (TooLargeError, "Too many messages"),
        (IggyCallError, "Invalid personal access token name"),
        (IggyCallError, "Unauthorized"),
        (IggyCallError, "Too many partitions"),
        (IggyCallError, "Error"),
        (IggyCallError, ""),
    ],
)
def test_a_text_of_the_sdk_becomes_what_the_caller_does_next(
    kind: type[IggyError], text: str
) -> None:
    error = map_error(RuntimeError(text), "test of st/tp")
    assert type(error) is kind
    assert str(error).startswith("test of st/tp: ")
    assert "ID: 0" not in str(error)


def test_a_time_limit_is_a_lost_connection() -> None:
    assert isinstance(map_error(TimeoutError(), "test"), IggyTimeoutError)
    assert issubclass(IggyTimeoutError, ConnectionLostError)


def test_every_error_has_a_code_of_its_own() -> None:
    kinds: list[type[IggyError]] = [IggyError, *IggyError.__subclasses__(), IggyTimeoutError]
    assert len({kind.code for kind in kinds}) == len(kinds) == 13


def test_a_long_text_is_cut() -> None:
    text = str(map_error(ValueError("x" * 10_000 + "\nsecond line"), "test"))
    assert len(text) < 300
    assert "second" not in text


def test_what_is_done_stands_before_what_went_wrong() -> None:
    with pytest.raises(IggyCallError, match=r"^ping: KeyError: 'k'$"), doing("ping"):
        raise KeyError("k")


def test_what_is_said_first_stays() -> None:
    error = NotFoundError("stream 's' was not found")
    with pytest.raises(NotFoundError) as raised, doing("ping"):
        raise error
    assert raised.value is error
    assert error.__cause__ is None


def test_a_cancellation_stays_one_and_says_what_it_cut_off() -> None:
    with pytest.raises(asyncio.CancelledError, match=r"^ping$"), doing("ping"):
        raise asyncio.CancelledError
