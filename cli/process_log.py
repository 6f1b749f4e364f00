"""The log of the whole process: one handler at the root, set up before anything is read."""

import io
import logging
from collections.abc import Mapping
from typing import TextIO

from cli.log_format import JsonFormatter, TextFormatter
from cli.log_levels import LogLevels, parse_log_levels
from cli.repeat_limit import RepeatLimit
from cli.stdout_handler import StdoutHandler
from config.model import LogFormat

logger = logging.getLogger("runtime")


class ProcessLog:
    """Takes over the root logger for the rest of the process's life; used by the main thread."""

    def __init__(self, environ: Mapping[str, str], stream: TextIO) -> None:
        """Write to `stream` in the format and levels that `environ` names, else text and INFO."""
        if isinstance(stream, io.TextIOWrapper):
            # As the reference does in every locale; JSON lines are UTF-8 by definition.
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
        self._colours = stream.isatty() and not environ.get("NO_COLOR")
        self._ignored: str | None = None
        self._handler = StdoutHandler(stream, RepeatLimit())
        self.set_format(_early_format(environ))
        self.set_levels(environ.get("RUST_LOG"))
        logging.getLogger().handlers[:] = [self._handler]

    def set_format(self, log_format: LogFormat) -> None:
        """Write in this format from now on."""
        self._format = log_format
        self._handler.setFormatter(
            JsonFormatter()
            if log_format is LogFormat.JSON
            else TextFormatter(colours=self._colours)
        )

    def set_levels(self, directives: str | None) -> None:
        """Apply the value of RUST_LOG; INFO everywhere where it is not set or not understood."""
        self._ignored = None
        try:
            levels = parse_log_levels(directives or "")
        except ValueError as error:
            self._ignored = str(error)
            levels = LogLevels()
        logging.getLogger().setLevel(levels.everywhere)
        for target, level in levels.targets.items():
            logging.getLogger(target).setLevel(level)

    def announce(self) -> None:
        """Write the first line: which format this is, and whether RUST_LOG was understood."""
        logger.info("Logging to standard output", extra={"fields": {"format": self._format}})
        if self._ignored is not None:
            logger.warning("RUST_LOG is ignored: %s", self._ignored)


def _early_format(environ: Mapping[str, str]) -> LogFormat:
    try:
        return LogFormat(environ.get("IGGY_CONNECTORS_LOGGING_FORMAT", ""))
    except ValueError:
        return LogFormat.TEXT
