"""The command line: what can be asked for, and the help that teaches the rest."""

import argparse
from collections.abc import Sequence
from importlib.metadata import version
from typing import Any, Final, NoReturn

from cli.command import Broker, CheckLibrary, Command, New, Plugins, Run, Transform
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

_NEW = """\
Writes a connector that works, its test and its configuration into the current directory, for you
to go on from. Files that are there already are never changed."""

_PLUGINS = """\
Lists the sinks and sources that the `path` of a connector can name, with the keys of their
[plugin_config]: those that ship with the runtime, and those of installed packages."""

_TRANSFORM = """\
Reads records from standard input as the connector's first stream would, and writes what its codec
and its transforms make of them: one line of JSON each, bytes in base64. A record is a line for
the schemas json and text, else the whole input. What a source produces is read as JSON, unless its
stream is text or raw. Rejected records are told on standard error, by their lines."""

_EXAMPLE = f"""\
example, in two terminals:
  {PROGRAM} broker
  IGGY_CONNECTORS_CONFIG_PATH=config/runtime.toml {PROGRAM}"""

_ELSEWHERE = "everything else is set by a file and the environment, see --help"


def parse_arguments(arguments: Sequence[str]) -> Command:
    """Return the command asked for.

    Raises SystemExit: 0 after printing help or version, 2 after saying what is allowed.
    """
    return _command(_parser().parse_args(arguments))


def _command(parsed: argparse.Namespace) -> Command:
    match parsed.command:
        case "broker":
            return Broker()
        case "new":
            return New(kind=parsed.kind, name=parsed.name)
        case "plugins" if parsed.check is not None:
            return CheckLibrary(path=parsed.check)
        case "plugins":
            return Plugins(as_json=parsed.json)
        case "transform":
            return Transform(config=parsed.config)
        case _:
            return Run()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [run | broker | new | plugins | transform] [--help] [--version]",
        description=_ABOUT,
        epilog=f"{_RUN_VARIABLES}\n\n{_EXAMPLE}\n\n{_EXIT_CODES}",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(PROGRAM)}")
    commands = parser.add_subparsers(dest="command", prog=PROGRAM, title="commands")

    def add(name: str, arguments: str, summary: str, about: str, variables: str = "") -> _Parser:
        return commands.add_parser(
            name,
            usage=f"{PROGRAM} {name} {arguments}[--help]",
            help=summary,
            description=about,
            epilog="\n\n".join(filter(None, (variables, _EXIT_CODES))),
        )

    add("run", "", "run the connectors (the default)", _RUN, _RUN_VARIABLES)
    add("broker", "", "run the development broker", _BROKER, _BROKER_VARIABLES)
    new = add("new", "{sink | source} NAME ", "write a connector to go on from", _NEW)
    new.add_argument("kind", choices=("sink", "source"), help="which of the two")
    new.add_argument("name", metavar="NAME", help="its name in snake_case, such as orders")
    plugins = add(
        "plugins", "[--json | --check PATH] ", "list what connectors can be made of", _PLUGINS
    )
    transform = add(
        "transform", "--config FILE ", "try a connector's transforms on a sample", _TRANSFORM
    )
    transform.add_argument("--config", metavar="FILE", required=True, help="the connector's file")
    choice = plugins.add_mutually_exclusive_group()
    choice.add_argument("--json", action="store_true", help="as JSON, for programs")
    choice.add_argument("--check", metavar="PATH", help="say what this shared library is")
    return parser


class _Parser(argparse.ArgumentParser):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False, **options
        )

    def error(self, message: str) -> NoReturn:
        self.exit(
            ExitCode.BAD_CONFIGURATION,
            f"{PROGRAM}: {message}\nallowed: {self.usage}; {_ELSEWHERE}\n",
        )
