"""What the command line can ask for, one class for each command."""

from dataclasses import dataclass
from typing import Literal, TypeAlias


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Run the connectors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """Run the development broker."""


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """Write the files of a new connector; `name` is as the user gave it."""

    kind: Literal["sink", "source"]
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugins:
    """List what connectors can be made of."""

    as_json: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLibrary:
    """Say what the shared library at `path` is, which is looked for as a connector's `path` is."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Show what a connector's file makes of the records on standard input."""

    config: str


Command: TypeAlias = Run | Broker | New | Plugins | CheckLibrary | Transform
