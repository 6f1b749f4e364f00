"""Ends the process for good: what was said is flushed, nothing is torn down."""

import contextlib
import logging
import os
import sys
import threading
from typing import Final, NoReturn

from cli.exit_code import ExitCode

_FLUSH_WITHIN_S: Final = 1.0


def end_process(code: ExitCode) -> NoReturn:
    """Flush logging, standard output and standard error, then end without any teardown.

    The Iggy SDK can crash an interpreter that shuts down. Flushing has a limit of its own, since
    a reader that stands still would keep the process for ever.
    """
    flush = threading.Thread(target=_flush, name="last-flush", daemon=True)
    flush.start()
    flush.join(_FLUSH_WITHIN_S)
    os._exit(code)


def _flush() -> None:
    logging.shutdown()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
