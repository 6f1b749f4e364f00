"""The console script: one command, one exit code, and an end without teardown. Main thread."""

import logging
import select
import sys

from cli.arguments import parse_arguments
from cli.command import Broker, CheckLibrary, Command, New, Plugins, Run, Transform
from cli.exit_code import ExitCode
from cli.process_end import end_process
from cli.standard_streams import open_what_is_closed
from cli.stop_signals import dump_threads_on_request

logger = logging.getLogger(__name__)


def main() -> None:
    """Do what the command line asks for and end the process; does not return."""
    open_what_is_closed()
    try:
        command = parse_arguments(sys.argv[1:])
    except SystemExit as told:  # help, version or what is wrong with the arguments
        end_process(ExitCode.STOPPED if told.code == 0 else ExitCode.BAD_CONFIGURATION)
    dump_threads_on_request()
    try:
        code = _execute(command)
    except KeyboardInterrupt:
        code = ExitCode.STOPPED
    except BaseException as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            code = ExitCode.STOPPED
        else:
            logger.exception("Ended by a fault of the program itself; please report it")
            code = ExitCode.FAULT
    end_process(code)


def _nobody_reads() -> bool:
    """Tell whether the reader of standard output has gone, as `head` does when it has enough."""
    output = select.poll()
    output.register(sys.stdout, 0)  # errors and hang-ups are told in any case
    return bool(output.poll(0))


def _execute(command: Command) -> ExitCode:
    # Each command loads only what it needs: the broker has no use for the SDK.
    match command:
        case Broker():
            from cli.broker_command import run_broker  # noqa: PLC0415

            return run_broker()
        case New():
            from cli.new_command import write_connector  # noqa: PLC0415

            return write_connector(command)
        case Plugins():
            from cli.plugins_command import list_plugins  # noqa: PLC0415

            return list_plugins(command)
        case CheckLibrary():
            from cli.check_library_command import check_library  # noqa: PLC0415

            return check_library(command)
        case Transform():
            from cli.transform_command import transform_sample  # noqa: PLC0415

            return transform_sample(command)
        case Run():
            from cli.run_command import run_connectors  # noqa: PLC0415

            return run_connectors()


if __name__ == "__main__":
    main()
