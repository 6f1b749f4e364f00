"""What every loader returns: a value that can be used, and what its writer should look at."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from config.errors import Finding

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded(Generic[T_co]):
    """A usable `value`; `warnings` are for the log and never for control flow."""

    value: T_co
    warnings: tuple[Finding, ...] = ()
