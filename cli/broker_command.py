"""`iggy-connectors broker`: the development broker, with this command's exit codes. Main thread."""

import os
import signal
import sys

from broker import (
    AddressInUseError,
    BrokerError,
    BrokerSettings,
    DataDirectoryDamagedError,
    DataDirectoryLockedError,
    serve,
)
from cli.exit_code import ExitCode


def run_broker() -> ExitCode:
    """Serve until told to stop; what keeps it from starting is one line on standard error."""
    # Until the broker takes over: a SIGTERM while it still reads its data is a wish like Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        serve(BrokerSettings.from_environ(os.environ))
    except BrokerError as error:
        print(error, file=sys.stderr)
        return _exit_code(error)
    return ExitCode.STOPPED


def _exit_code(error: BrokerError) -> ExitCode:
    match error:
        case AddressInUseError():
            return ExitCode.ADDRESS_IN_USE
        case DataDirectoryLockedError():
            return ExitCode.DIRECTORY_LOCKED
        case DataDirectoryDamagedError():
            return ExitCode.DATA_DAMAGED
        case _:
            return ExitCode.BAD_CONFIGURATION
