"""Errors that plugins raise, named by what the runtime does next.

| raise            | the runtime                                                               |
| ---------------- | ------------------------------------------------------------------------- |
| `RecordError`    | does with that record what `[errors]` says, and goes on with the rest      |
| `RetryableError` | offers the same batch again after `retry_after_s` or its own backoff       |
| `FatalError`     | stops the connector with status `error` until a person acts                |
| anything else    | offers the same batch again, and looks for one record that is to blame;    |
|                  | the traceback is logged once                                               |
"""

from typing import ClassVar

from config.errors import ConnectError


class RetryableError(ConnectError):
    """The target or Iggy is not there now, or refuses for now: the same again later.

    `retry_after_s` is what the other side asked for, None where it did not say.
    """

    code: ClassVar[str] = "retryable"

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class FatalError(ConnectError):
    """Trying again is useless: wrong credentials, wrong schema, corrupt state."""

    code: ClassVar[str] = "fatal"


class RecordError(ConnectError):
    """One record cannot be handled, the others can.

    `offset` names the record of a sink's batch that failed; None where the one who raises does
    not know it (a codec or a transform), and then whoever called it does.
    """

    code: ClassVar[str] = "record"

    def __init__(self, message: str, *, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset
