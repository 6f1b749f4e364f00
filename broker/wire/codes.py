"""Which command a request carries: by operation, or by the code beside operation 2."""

from enum import IntEnum
from typing import Final


class Code(IntEnum):
    """Command codes, the same for commands that travel as an operation of their own."""

    PING = 1
    GET_STATS = 10
    GET_SNAPSHOT = 11
    GET_CLUSTER_METADATA = 12
    DESCRIBE_OPTIONS = 13
    GET_ME = 20
    GET_CLIENT = 21
    GET_CLIENTS = 22
    GET_USER = 31
    GET_USERS = 32
    CREATE_USER = 33
    DELETE_USER = 34
    UPDATE_USER = 35
    UPDATE_PERMISSIONS = 36
    CHANGE_PASSWORD = 37
    LEGACY_LOGIN = 38
    LOGOUT = 39
    LOGIN = 40
    GET_TOKENS = 41
    CREATE_TOKEN = 42
    DELETE_TOKEN = 43
    LEGACY_TOKEN_LOGIN = 44
    POLL_MESSAGES = 100
    SEND_MESSAGES = 101
    FLUSH_UNSAVED_BUFFER = 102
    GET_OFFSET = 120
    STORE_OFFSET = 121
    DELETE_OFFSET = 122
    GET_STREAM = 200
    GET_STREAMS = 201
    CREATE_STREAM = 202
    DELETE_STREAM = 203
    UPDATE_STREAM = 204
    PURGE_STREAM = 205
    GET_TOPIC = 300
    GET_TOPICS = 301
    CREATE_TOPIC = 302
    DELETE_TOPIC = 303
    UPDATE_TOPIC = 304
    PURGE_TOPIC = 305
    CREATE_PARTITIONS = 402
    DELETE_PARTITIONS = 403
    DELETE_SEGMENTS = 503
    GET_GROUP = 600
    GET_GROUPS = 601
    CREATE_GROUP = 602
    DELETE_GROUP = 603
    JOIN_GROUP = 604
    LEAVE_GROUP = 605
    SYNC_GROUP = 606


BY_CODE: Final = 2

OPERATIONS: Final = {
    1: Code.LOGIN,
    3: Code.LOGOUT,
    128: Code.CREATE_STREAM,
    129: Code.UPDATE_STREAM,
    130: Code.DELETE_STREAM,
    131: Code.PURGE_STREAM,
    132: Code.CREATE_TOPIC,
    133: Code.UPDATE_TOPIC,
    134: Code.DELETE_TOPIC,
    135: Code.PURGE_TOPIC,
    136: Code.CREATE_PARTITIONS,
    137: Code.DELETE_PARTITIONS,
    138: Code.DELETE_SEGMENTS,
    139: Code.CREATE_GROUP,
    140: Code.DELETE_GROUP,
    141: Code.CREATE_USER,
    142: Code.UPDATE_USER,
    143: Code.DELETE_USER,
    144: Code.CHANGE_PASSWORD,
    145: Code.UPDATE_PERMISSIONS,
    146: Code.CREATE_TOKEN,
    147: Code.DELETE_TOKEN,
    148: Code.JOIN_GROUP,
    149: Code.LEAVE_GROUP,
    160: Code.SEND_MESSAGES,
    161: Code.STORE_OFFSET,
    162: Code.DELETE_OFFSET,
}

_PLAIN = {Code.LOGOUT, Code.SEND_MESSAGES, Code.DELETE_SEGMENTS}

# Replies to these begin with a result section: a count of errors, here always 0.
RESULT_FRAMED: Final = frozenset(op for op, code in OPERATIONS.items() if code not in _PLAIN)
