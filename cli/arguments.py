"""The command line: what can be asked for, and the help that teaches the rest."""

import argparse
from collections.abc import Sequence
from enum import StrEnum
from importlib.metadata import version
from typing import Any, Final, NoReturn

from cli.exit_code import ExitCode

PROGRAM: Final = "iggy-connectors"

_EXIT_CODES = "exit codes:\n" + "\n".join(f"  {code:<4d}{code.meaning}" for code in ExitCode)

_ABOUT = """\
Runs connectors for Apache Iggy: sources bring data into topics, sinks take it out.
Without a command it does what `run` does."""

_RUN = """\
Runs the connectors and the HTTP API until SIGINT (Ctrl-C) or SIGTERM; a second signal ends the
process at once. SIGUSR1 prints the stack of every thread to standard error."""

_RUN_VARIABLES = """\
environment (a .env file, here or in a folder above, may hold these too):
  IGGY_CONNECTORS_CONFIG_PATH     the configuration file; without it the defaults are in force
  IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR
                                  the directory of connectors, one .toml file each
  IGGY_CONNECTORS_IGGY_ADDRESS    where Iggy is, such as localhost:8090
  IGGY_CONNECTORS_IGGY_USERNAME, IGGY_CONNECTORS_IGGY_PASSWORD, IGGY_CONNECTORS_IGGY_TOKEN
                                  who logs in there; a token wins
  IGGY_CONNECTORS_HTTP_ADDRESS    where the HTTP API listens, such as 127.0.0.1:8081
  IGGY_CONNECTORS_STATE_PATH      where sources keep their state
  IGGY_CONNECTORS_LOGGING_FORMAT  text or json
  RUST_LOG                        log level: trace, debug, info, warn, error or off, also per
                                  target, such as warn,connector.sink.my_sink=debug
  NO_COLOR                        no colours, also on a terminal"""

_BROKER = """\
Runs the development broker, a small single-node server that the Iggy SDK can use, until SIGINT
(Ctrl-C) or SIGTERM. For production run the real Apache Iggy server."""

_BROKER_VARIABLES = """\
environment:
  IGGY_TCP_ADDRESS    where it listens, 127.0.0.1:8090 if not set
  IGGY_SYSTEM_PATH    its data directory, local_data if not set
  IGGY_ROOT_USERNAME, IGGY_ROOT_PASSWORD
                      its first user, iggy and iggy if not set"""

_EXAMPLE = f"""\
example, in two terminals:
  {PROGRAM} broker
  IGGY_CONNECTORS_CONFIG_PATH=config/runtime.toml {PROGRAM}"""


class Command(StrEnum):
    """What the process is to do."""

    RUN = "run"
    BROKER = "broker"


def parse_arguments(arguments: Sequence[str]) -> Command:
    """Return the command asked for.

    Raises SystemExit: 0 after printing help or version, 2 after saying what is allowed.
    """
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [run | broker] [--help] [--version]",
        description=_ABOUT,
        epilog=f"{_RUN_VARIABLES}\n\n{_EXAMPLE}\n\n{_EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    commands = parser.add_subparsers(dest="command", prog=PROGRAM, title="commands")
    for command, summary, description, variables in (
        (Command.RUN, "run the connectors (the default)", _RUN, _RUN_VARIABLES),
        (Command.BROKER, "run the development broker", _BROKER, _BROKER_VARIABLES),
    ):
        commands.add_parser(
            command.value,
            help=summary,
            description=description,
            epilog=f"{variables}\n\n{_EXIT_CODES}",
        )
    return Command(parser.parse_args(arguments).command or Command.RUN)


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options
        )

    def error(self, message: str) -> NoReturn:
        self.exit(
            ExitCode.BAD_CONFIGURATION,
            f"{PROGRAM}: {message}\n"
            f"allowed: {PROGRAM} [run | broker] [--help], {PROGRAM} --version; "
            "everything else is set by a file and the environment, see --help\n",
        )
