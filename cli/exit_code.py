"""How the process ends: a contract with whatever started it, shown by `--help`."""

from enum import IntEnum
from typing import Self


class ExitCode(IntEnum):
    """What the exit code says; `meaning` is one phrase for people."""

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Make a member of its number and its meaning."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member

    STOPPED = 0, "stopped as asked"
    FAULT = 1, "unexpected fault: a bug in this program, please report it with the log"
    BAD_CONFIGURATION = 2, "bad arguments or configuration"
    LOGIN_REFUSED = 3, "Iggy refused the login"
    ADDRESS_IN_USE = 4, "the address to listen on is in use"
    DIRECTORY_LOCKED = 5, "another process works in the state (or the broker's data) directory"
    FORCED_END = 6, "forced end: not everything stopped in time, or a second signal came"
    GAVE_UP = 7, "the supervisor gave up: something failed again and again"
    DATA_DAMAGED = 8, "the broker's data directory is damaged"
    RECORDS_REJECTED = 9, "some records of a sample were rejected (transform)"
