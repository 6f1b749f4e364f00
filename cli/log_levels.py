"""Reads RUST_LOG, which people bring along from the reference runtime, in its simple forms."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TRACE: Final = 5
OFF: Final = logging.CRITICAL + 10

LEVELS: Final[Mapping[str, int]] = {
    "trace": TRACE,
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
    "off": OFF,
}

_TARGET = re.compile(r"[^\s=,\[\]{}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLevels:
    """The least level that is written: everywhere, and below the loggers named in `targets`."""

    everywhere: int = logging.INFO
    targets: Mapping[str, int] = field(default_factory=dict)


def parse_log_levels(directives: str) -> LogLevels:
    """Read `info`, `warn,iggy_connectors::benchmark=debug` and the like, in any case.

    A target without a level is written in full. Without a level for everywhere that is INFO.
    Targets are given with `.` and as written. Raises ValueError where a directive is neither.
    """
    everywhere = logging.INFO
    targets: dict[str, int] = {}
    for directive in filter(None, (part.strip() for part in directives.split(","))):
        target, has_level, level_name = directive.partition("=")
        if not has_level and target.lower() in LEVELS:
            everywhere = LEVELS[target.lower()]
            continue
        level = LEVELS.get(level_name.lower()) if has_level else TRACE
        if level is None or not _TARGET.fullmatch(target):
            raise ValueError(f"{directive!r} is neither <level> nor <target>=<level>")
        targets |= {target: level, target.replace("::", "."): level}
    return LogLevels(everywhere=everywhere, targets=targets)
