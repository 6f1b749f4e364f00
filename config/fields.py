"""Fields for switches, numbers, words of an enumeration, durations and addresses."""

import re
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv6Address
from typing import Any, Generic, NamedTuple, TypeVar

from marshmallow import ValidationError

from config.duration import parse_duration
from config.problem import Problem
from config.size import parse_size
from config.strict_field import StrictField
from config.suggestion import closest
from config.text_fields import Text

EnumT = TypeVar("EnumT", bound=StrEnum)

U32_MAX = 2**32 - 1

_MAX_PORT = 65535
_HOST_AND_PORT = re.compile(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@\[\]]+)):([0-9]{1,5})")


class Flag(StrictField[bool]):
    """`true` or `false`."""

    def read(self, value: object) -> bool:
        """Return the boolean."""
        if not isinstance(value, bool):
            raise ValidationError("must be true or false")
        return value

    def read_text(self, text: str) -> object:
        """Return the boolean that `text` names in any case."""
        return {"true": True, "false": False}.get(text.lower(), text)


class Whole(StrictField[int]):
    """A whole number from `minimum` to `maximum`."""

    def __init__(self, *, minimum: int = 0, maximum: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._minimum = minimum
        self._maximum = maximum

    def read(self, value: object) -> int:
        """Return the number."""
        if (
            isinstance(value, bool)
            or not isinstance(value, int)
            or not self._minimum <= value <= self._maximum
        ):
            raise ValidationError(f"must be a whole number from {self._minimum} to {self._maximum}")
        return value

    def read_text(self, text: str) -> object:
        """Return the number that `text` writes in decimal digits."""
        return int(text) if re.fullmatch(r"[+-]?[0-9]{1,20}", text) else text


class Choice(StrictField[EnumT], Generic[EnumT]):
    """One word of an enumeration; `aliases` are further spellings of its words."""

    def __init__(
        self, words: type[EnumT], *, aliases: Mapping[str, str] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.words = words
        self._aliases = aliases or {}

    def read(self, value: object) -> EnumT:
        """Return the member."""
        word = Text().read(value)
        try:
            return self.words(self._aliases.get(word, word))
        except ValueError as error:
            words = [member.value for member in self.words]
            problem = Problem("is not known", ", ".join(words), closest(word, words))
            raise problem.error() from error


class Duration(StrictField[float]):
    """A duration text; the value is its seconds."""

    def read(self, value: object) -> float:
        """Return the seconds."""
        try:
            return parse_duration(Text().read(value))
        except ValueError as error:
            raise ValidationError(f"is not a duration: {error}") from error


def longer_than_0(seconds: float) -> None:
    """Refuse a duration of 0; raises ValidationError."""
    if not seconds:
        raise ValidationError("must be longer than 0")


class TimeLimit(StrictField[float | None]):
    """A duration text; the value is its seconds, and None, no limit, for zero."""

    def read(self, value: object) -> float | None:
        """Return the seconds, or None."""
        return Duration().read(value) or None


class Size(StrictField[int]):
    """A size text; the value is its bytes, at least 1."""

    def read(self, value: object) -> int:
        """Return the bytes."""
        try:
            size_bytes = parse_size(Text().read(value))
        except ValueError as error:
            raise ValidationError(f"is not a size: {error}") from error
        if size_bytes < 1:
            raise ValidationError("must be larger than 0")
        return size_bytes


class Address(NamedTuple):
    """`host:port`; the host of an IPv6 address has no brackets, `text` is as it was written."""

    host: str
    port: int
    text: str


class AddressField(StrictField[Address]):
    """A `host:port` text; port 0 (any free port) makes sense only where one listens."""

    def __init__(self, *, lowest_port: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._lowest_port = lowest_port

    def read(self, value: object) -> Address:
        """Return the address in parts."""
        text = Text().read(value)
        match = _HOST_AND_PORT.fullmatch(text)
        if (
            match is None
            or not self._lowest_port <= int(match[3]) <= _MAX_PORT
            or (match[1] is not None and not _is_ipv6(match[1]))
        ):
            allowed = f"host:port or [IPv6]:port, port {self._lowest_port} to {_MAX_PORT}"
            raise Problem("is not an address", allowed).error()
        return Address(match[1] or match[2], int(match[3]), text)


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True
