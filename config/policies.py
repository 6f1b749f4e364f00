"""What a connector does when something fails: how often again, with which record, for how long.

Values only, of any thread. Times are seconds; None stands for no limit.
"""

from dataclasses import dataclass
from enum import StrEnum


class OffsetCommit(StrEnum):
    """When a sink stores how far it has read."""

    AFTER_CONSUMING = "after_consuming"
    AFTER_POLLING = "after_polling"


class Isolation(StrEnum):
    """Where the code of a plugin runs."""

    PROCESS = "process"
    THREAD = "thread"


class Tolerance(StrEnum):
    """What becomes of one record that cannot be processed, while the others of its batch can."""

    SKIP = "skip"
    DEAD_LETTER = "dead_letter"
    FAIL = "fail"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryConfig:
    """How a batch that failed as a whole is tried again: ever slower, up to `max_delay_s`.

    `max_attempts` counts the first attempt too.
    """

    max_attempts: int | None = None
    initial_delay_s: float = 0.5
    max_delay_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsConfig:
    """What becomes of records that cannot be processed.

    Where `dead_letter_stream` and `dead_letter_topic` are None, `dead_letter_topic_of` of the
    connector's configuration has the names.
    """

    tolerance: Tolerance
    dead_letter_stream: str | None = None
    dead_letter_topic: str | None = None


SINK_ERRORS = ErrorsConfig(tolerance=Tolerance.SKIP)
SOURCE_ERRORS = ErrorsConfig(tolerance=Tolerance.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartConfig:
    """How many crashes in `period_s` are followed by a restart; one more, and a person must act."""

    intensity: int = 5
    period_s: float = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeoutsConfig:
    """How long one call of the plugin may take."""

    open_s: float | None = 60.0
    consume_s: float | None = 300.0
    close_s: float | None = 10.0
