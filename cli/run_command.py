"""`iggy-connectors run`, up to where the actors start: signals, log, configuration. Main thread."""

import contextlib
import logging
import os
import sys
from pathlib import Path

from cli.banner import banner
from cli.configuration import load_configuration
from cli.exit_code import ExitCode
from cli.process_log import ProcessLog
from cli.stop_signals import StopSignals
from config import ConfigError
from config.model import LogFormat

logger = logging.getLogger("runtime")


def run_connectors() -> ExitCode:
    """Run until told to stop; a configuration that cannot be used is a report on stderr."""
    signals = StopSignals()
    signals.install()
    log = ProcessLog(os.environ, sys.stdout)
    cwd = Path.cwd()
    try:
        configuration = load_configuration(os.environ, cwd=cwd)
    except ConfigError as error:
        print(error, file=sys.stderr)
        return ExitCode.BAD_CONFIGURATION

    # Plugins and the libraries they use read what `.env` adds from the process's environment.
    os.environ.update(configuration.environ)
    # Last, so that a folder of the user's never hides one of ours, whose names are common words.
    sys.path.append(str(cwd))

    log_format = configuration.runtime.log_format
    # Whoever parses JSON lines finds nothing else on standard output.
    banner_stream = sys.stderr if log_format is LogFormat.JSON else sys.stdout
    with contextlib.suppress(OSError):  # nobody reads: no reason not to run
        print(banner(configuration), file=banner_stream, flush=True)
    log.set_format(log_format)
    log.set_levels(configuration.environ.get("RUST_LOG"))
    log.announce()
    for warning in configuration.warnings:
        logger.warning("%s", warning)

    from cli.runtime import run_runtime  # noqa: PLC0415

    return run_runtime(configuration, signals)
