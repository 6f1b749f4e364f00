"""Describes what installed packages offer, without loading any of it in this process.

Run as a module it is the process that loads them, one after the other, and says of each what it
found. Where that process ends or hangs, the package that it was at is to blame, and another one
goes on with the next.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, Final

from config.model import Kind
from connectors.available_plugin import AvailablePlugin, describe
from connectors.entry_points import installed_plugins, package_of
from connectors.plugin_option import PluginOption
from connectors.registry import find_offer

_LIMIT_S: Final = 10.0
_ENDS_WITHIN_S: Final = 1.0
_STDERR: Final = 2


def list_installed() -> list[AvailablePlugin]:
    """Return what is offered, sinks first, then by name; each takes some seconds at most."""
    offers = installed_plugins()
    known: list[AvailablePlugin] = []
    while len(known) < len(offers):
        why = _load_from(len(known), known)
        if len(known) < len(offers):
            kind, offer = offers[len(known)]
            known.append(
                AvailablePlugin(kind=kind, path=offer.name, origin=package_of(offer), error=why)
            )
    return known


def _load_from(first: int, known: list[AvailablePlugin]) -> str:
    """Add to `known` what a process says of the offers from `first` on; return how it ended."""
    ours, its = socket.socketpair()
    with ours, its:
        ours.settimeout(_LIMIT_S)
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-u", "-m", __name__, str(its.fileno()), str(first)],
            stdin=subprocess.DEVNULL,
            # Whoever reads our output finds nothing else there, whatever a package prints.
            stdout=_STDERR,
            pass_fds=[its.fileno()],
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(entry or str(Path.cwd()) for entry in sys.path),
            },
        )
        its.close()
        try:
            known.extend(_answers(ours))
            return _how_it_ended(process.wait(_ENDS_WITHIN_S))
        except TimeoutError:
            return f"loading it takes longer than {_LIMIT_S:g} s"
        except subprocess.TimeoutExpired:
            return "loading it cuts the connection to its process"
        finally:
            process.kill()
            process.wait()


def _answers(connection: socket.socket) -> Iterator[AvailablePlugin]:
    with connection.makefile("rb") as lines:
        for line in lines:
            fields: dict[str, Any] = json.loads(line)
            kind, options = Kind(fields.pop("kind")), fields.pop("options")
            yield AvailablePlugin(
                kind=kind, options=tuple(PluginOption(**option) for option in options), **fields
            )


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"loading it ends the process with {signal.Signals(-code).name}"
    return f"loading it ends the process: {code}"


def _main() -> None:
    connection, first = map(int, sys.argv[1:])
    os.set_inheritable(connection, False)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this is told, and ends it
    answers = socket.socket(fileno=connection)
    offers = installed_plugins(warns=False)  # whoever started this has warned
    for offer in offers[first:]:
        kind, entry_point = offer
        find = partial(find_offer, offer, offers)
        plugin = describe(kind, entry_point.name, package_of(entry_point), find)
        answers.sendall(json.dumps(asdict(plugin)).encode() + b"\n")
    os._exit(0)  # without teardown: threads of a package may still run


if __name__ == "__main__":
    _main()
