"""What a validator says about one value, before anybody knows which file and line it came from."""

from collections.abc import Iterator
from typing import NamedTuple

from marshmallow import ValidationError
from marshmallow.exceptions import SCHEMA

from config.key_path import KeyPath

NOT_SERVED = "not served yet by this runtime"


class Problem(NamedTuple):
    """The changeable half of a `Finding`: what is wrong, and what would be right.

    `hides_value` keeps the value out of the finding, for what nobody knows the meaning of.
    """

    text: str
    allowed: str | None = None
    suggestion: str | None = None
    hides_value: bool = False

    def error(self) -> ValidationError:
        """Wrap it for marshmallow, which carries the messages of a field as they are."""
        return ValidationError([self])


class Located(NamedTuple):
    """A problem and the path of the value that has it."""

    path: KeyPath
    problem: Problem


def problems_in(messages: object, path: KeyPath = ()) -> Iterator[Located]:
    """Flatten marshmallow's nested messages."""
    if isinstance(messages, dict):
        for key, inner in messages.items():
            yield from problems_in(inner, path if key == SCHEMA else (*path, key))
    elif isinstance(messages, Problem):
        yield Located(path, messages)
    elif isinstance(messages, list):
        for inner in messages:
            yield from problems_in(inner, path)
    else:
        yield Located(path, Problem(str(messages)))
