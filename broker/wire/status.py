"""The codes a client understands, and the exceptions with which a command gives them.

A refusal ends one request; an eviction tells the client that its session is over or never began.
"""

from enum import IntEnum


class Status(IntEnum):
    """Error codes of a reply, named by what the client reads in them."""

    INTERNAL = 1
    INVALID_COMMAND = 3
    INVALID_FORMAT = 4
    FEATURE_UNAVAILABLE = 5
    RESOURCE_NOT_FOUND = 20
    UNAUTHENTICATED = 40
    INVALID_CREDENTIALS = 42
    USER_EXISTS = 46
    CANNOT_DELETE_USER = 48
    TOKEN_EXISTS = 51
    TOO_MANY_TOKENS = 52
    NOT_ACCEPTED = 58
    STREAM_NOT_FOUND = 1009
    STREAM_EXISTS = 1012
    TOPIC_NOT_FOUND = 2010
    TOPIC_EXISTS = 2013
    TOO_MANY_PARTITIONS = 2015
    INVALID_PARTITIONS_COUNT = 2019
    PARTITION_NOT_FOUND = 3007
    OFFSET_NOT_FOUND = 3021
    TOO_MANY_OFFSETS = 3024
    INVALID_MESSAGES_COUNT = 4009
    UNKNOWN_OPTION = 4041
    INVALID_OPTION = 4042
    INVALID_OFFSET = 4100
    GROUP_NOT_FOUND = 5000
    GROUP_EXISTS = 5004
    NOT_A_MEMBER = 5006


class EvictionReason(IntEnum):
    """Why a session ends or is not granted."""

    NO_SESSION = 1
    INVALID_CREDENTIALS = 9
    INVALID_TOKEN = 10
    USER_INACTIVE = 11
    STALE_CLIENT = 13
    INCOMPATIBLE_PROTOCOL = 14
    MALFORMED_LOGIN = 15


class RefusedError(Exception):
    """A request that is answered with `status` and an empty body."""

    def __init__(self, status: Status) -> None:
        self.status = status
        super().__init__(status.name)


class EvictedError(Exception):
    """A request that is answered with an eviction frame; the socket stays open."""

    def __init__(self, reason: EvictionReason) -> None:
        self.reason = reason
        super().__init__(reason.name)
