"""Messages that mean something to the core, and the bases of all others."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from actors.core.actor import Ref

R_co = TypeVar("R_co", covariant=True)


class Request(Generic[R_co]):
    """Base of the messages that are answered; `R_co` is the type of the answer."""

    __slots__ = ()


class Control:
    """Base of the messages that overtake ordinary ones and always find room."""

    __slots__ = ()


class Interrupt(Control):
    """Base of the control messages that also set the receiver's `interrupted` event when sent."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Who started an actor and as what.

    An actor that starts anew under the same `name` has the next `incarnation`, so that messages of
    the one before are told apart.
    """

    parent: "Ref"
    name: str
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildReady(Control):
    """A child has started: its `on_start` returned."""

    name: str
    incarnation: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildDied(Control):
    """A child's thread has ended; `error` is None after a planned stop."""

    name: str
    incarnation: int
    error: Exception | None
