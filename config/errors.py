"""The root of every error this project raises on purpose, and the one about configuration.

    ConnectError                 stable `code`, message
    ├─ ConfigError               refuse that connector (or to start); 400 on the API
    ├─ FatalError                connector -> error; no restart until a person acts
    ├─ RetryableError            the same batch again after `retry_after_s` or backoff
    ├─ RecordError               this record is skipped or dead-lettered, the batch goes on
    └─ ActorError                a fault of the runtime: the supervisor decides

The lower branches live beside what raises them (`connectors.errors`, `actors.core.errors`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class ConnectError(Exception):
    """Anything this project raises on purpose; `code` is stable and part of the API."""

    code: ClassVar[str] = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong in one place of the configuration.

    `source` is a file name or an environment variable; `line` is 1-based and None where it is not
    known; `key` is the dotted path inside the file; `value` is shown as it was written, and is
    None for secrets and for missing keys; `allowed` says what would be right; `suggestion` is the
    nearest known name.
    """

    source: str
    problem: str
    line: int | None = None
    key: str | None = None
    value: str | None = None
    allowed: str | None = None
    suggestion: str | None = None

    def __str__(self) -> str:
        """Render as one line: `file:line: key = value: problem (allowed: …; did you mean …?)`."""
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        subject = self.key or ""
        if self.key and self.value is not None:
            subject = f"{self.key} = {self.value}"
        notes = [f"allowed: {self.allowed}"] if self.allowed else []
        if self.suggestion:
            notes.append(f"did you mean {self.suggestion!r}?")
        text = ": ".join(part for part in (place, subject, self.problem) if part)
        return f"{text} ({'; '.join(notes)})" if notes else text


class ConfigError(ConnectError):
    """The configuration cannot be used; `findings` lists everything that is wrong with it."""

    code = "invalid_configuration"

    def __init__(self, message: str, findings: Sequence[Finding] = ()) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join([message, *(f"  {finding}" for finding in self.findings)]))
