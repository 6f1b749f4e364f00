"""What goes wrong with Iggy, named by what the caller does next.

    IggyError
    ├─ ConnectionLostError   drop the session and open another
    │  └─ IggyTimeoutError   the same: its connection still waits for the old answer
    ├─ LoginRefusedError     another try is useless until somebody changes the credentials
    ├─ VersionRefusedError   another try is useless until SDK and server fit
    ├─ NotFoundError         create it, or wait until somebody does
    ├─ AlreadyExistsError    use what is there
    ├─ NotAMemberError       join the group
    ├─ NotOwnedError         forget what was fetched of the partition: another member has it
    ├─ GroupHeldError        repair the group, or wait until somebody has
    ├─ TooLargeError         send less at once
    └─ IggyCallError         show it; the session itself is still good

The SDK's errors have no code, only a text, so texts are told apart here and nowhere else. Called
in the Iggy loop's thread; the errors themselves travel anywhere.
"""

import re
from typing import ClassVar, Final

from config.errors import ConnectError

_MAX_TEXT_LENGTH: Final = 200


class IggyError(ConnectError):
    """A call to Iggy that did not work; the text says what was being done."""

    code: ClassVar[str] = "iggy"


class ConnectionLostError(IggyError):
    """There is no usable connection (any more), and whether the call had an effect is unknown."""

    code = "iggy_connection_lost"


class IggyTimeoutError(ConnectionLostError):
    """No answer within the time limit."""

    code = "iggy_timeout"


class LoginRefusedError(IggyError):
    """Wrong credentials, an invalid or expired token, or a user who may not log in."""

    code = "iggy_login_refused"


class VersionRefusedError(IggyError):
    """The server does not speak the SDK's version of the protocol."""

    code = "iggy_version_refused"


class NotFoundError(IggyError):
    """A stream, topic, partition or consumer group is not there."""

    code = "iggy_not_found"


class AlreadyExistsError(IggyError):
    """Something of that name is there already."""

    code = "iggy_already_exists"


class NoStoredOffsetError(IggyError):
    """The group has stored no offset of that partition."""

    code = "iggy_no_stored_offset"


class NotAMemberError(IggyError):
    """The session is no member of the consumer group."""

    code = "iggy_not_a_member"


class NotOwnedError(IggyError):
    """The partition belongs to another member of the group, or is gone."""

    code = "iggy_not_owned"


class GroupHeldError(IggyError):
    """Partitions of the group are out of reach, because of members that nobody is behind."""

    code = "iggy_group_held"


class TooLargeError(IggyError):
    """The server takes no message, or no request, of that size."""

    code = "iggy_too_large"


class IggyCallError(IggyError):
    """Anything else."""

    code = "iggy_call"


# The beginning of the SDK's text, what it means, and words for it where its own mislead: the SDK
# fills in "ID: 0" whatever the id was.
_MEANINGS: Final[tuple[tuple[str, type[IggyError], str | None], ...]] = (
    ("Disconnected", ConnectionLostError, None),
    ("Cannot establish connection", ConnectionLostError, None),
    ("Not connected", ConnectionLostError, None),
    ("Connection closed", ConnectionLostError, None),
    ("Client shutdown", ConnectionLostError, None),
    ("TCP error", ConnectionLostError, None),
    ("Empty response", ConnectionLostError, None),
    ("Stale client", ConnectionLostError, None),
    ("Unauthenticated", ConnectionLostError, None),
    ("Request transiently not ", ConnectionLostError, None),
    ("Invalid credentials", LoginRefusedError, None),
    ("Invalid username", LoginRefusedError, None),
    ("Invalid password", LoginRefusedError, None),
    ("Invalid personal access token$", LoginRefusedError, None),
    ("Personal access token: .* has expired", LoginRefusedError, "the access token has expired"),
    ("User inactive", LoginRefusedError, None),
    ("Incompatible binary protocol version", VersionRefusedError, None),
    ("Invalid version", VersionRefusedError, None),
    ("Stream with .* was not found", NotFoundError, "the stream was not found"),
    ("Topic with .* was not found", NotFoundError, "the topic was not found"),
    ("Partition with .* was not found", NotFoundError, "the partition was not found"),
    ("Topic with .* has no partitions", NotFoundError, "the topic has no partitions"),
    ("Consumer group with .* was not found", NotFoundError, "the consumer group was not found"),
    ("Resource with key.* was not found", NotFoundError, "something named here was not found"),
    (
        "Consumer offset for consumer .* was not found",
        NoStoredOffsetError,
        "no offset is stored",
    ),
    (".* already exists", AlreadyExistsError, "it exists already"),
    ("Consumer group member .* was not found", NotAMemberError, "not a member of the group"),
    (
        "Consumer group member .* does not own partition",
        NotOwnedError,
        "the partition belongs to another member",
    ),
    ("Too big ", TooLargeError, None),
    ("Too many messages", TooLargeError, None),
)
_PATTERNS: Final = tuple(
    (re.compile(beginning), kind, words) for beginning, kind, words in _MEANINGS
)


def map_error(error: BaseException, doing: str) -> IggyError:
    """Return `error` as an IggyError whose text begins with `doing`; an IggyError as it is."""
    if isinstance(error, IggyError):
        return error
    text = _first_line(error)
    if isinstance(error, TimeoutError):
        return IggyTimeoutError(f"{doing}: no answer in time")
    if not isinstance(error, (RuntimeError, ValueError)):
        return IggyCallError(f"{doing}: {type(error).__name__}{text and f': {text}'}")
    for pattern, kind, words in _PATTERNS:
        if pattern.match(text):
            return kind(f"{doing}: {words or text}")
    return IggyCallError(f"{doing}: {text or type(error).__name__}")


def _first_line(error: BaseException) -> str:
    lines = str(error).splitlines()
    return lines[0][:_MAX_TEXT_LENGTH] if lines else ""
