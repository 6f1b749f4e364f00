"""`iggy-connectors new`: a connector that works, for its author to go on from. Main thread."""

import os
import re
import sys
from pathlib import Path
from string import Template
from typing import Final

from cli import sink_template, source_template
from cli.arguments import PROGRAM
from cli.command import New
from cli.exit_code import ExitCode

_TEMPLATES: Final = {"sink": sink_template, "source": source_template}
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")


def write_connector(command: New) -> ExitCode:
    """Write all files into the working directory, or none when one of them cannot be."""
    name = command.name.removesuffix(f"_{command.kind}")
    if not _NAME.fullmatch(name):
        return _refuse(f"{command.name!r} is no name in snake_case, such as orders or my_orders")
    texts = _texts(command.kind, name)
    try:
        existing = [file for file in texts if os.path.lexists(file)]
        if existing:
            return _refuse(f"{', '.join(existing)} is here already: choose another name")
        _write(texts)
    except OSError as error:
        return _refuse(str(error))
    plugin, test, connector = texts
    print(f"{plugin}\n    the {command.kind}: make it yours")
    print(f"{test}\n    its test, which passes now; run it with: pytest {test}")
    print(
        f"{connector}\n    its configuration; copy it into the directory of your connectors, which"
    )
    print(f"    IGGY_CONNECTORS_CONNECTORS_CONFIG_DIR names, and start {PROGRAM} from here")
    return ExitCode.STOPPED


def _write(texts: dict[str, str]) -> None:
    written: list[Path] = []
    try:
        for file, text in texts.items():
            with Path(file).open("x", encoding="utf-8") as new_file:
                written.append(Path(file))
                new_file.write(text)
    except BaseException:
        for path in written:
            path.unlink()
        raise


def _texts(kind: str, name: str) -> dict[str, str]:
    template = _TEMPLATES[kind]
    words = {"name": name, "Name": "".join(word.capitalize() for word in name.split("_"))}
    return {
        f"{name}_{kind}.py": Template(template.PLUGIN).substitute(words),
        f"test_{name}_{kind}.py": Template(template.TEST).substitute(words),
        f"{name}_{kind}.toml": Template(template.CONNECTOR).substitute(words),
    }


def _refuse(reason: str) -> ExitCode:
    print(f"{PROGRAM}: {reason}", file=sys.stderr)
    return ExitCode.BAD_CONFIGURATION
