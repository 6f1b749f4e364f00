"""The children of one supervisor: started by name, in order, one incarnation after the other."""

import itertools
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from actors.core.messages import Lineage
from actors.core.sending import tell

if TYPE_CHECKING:
    from actors.core.actor import Ref

# Starts an actor with the given lineage, without waiting for it.
StartChild = Callable[[Lineage], "Ref"]


class Children:
    """Belongs to one supervisor and is used in its thread only."""

    def __init__(self, parent: "Ref") -> None:
        self._parent = parent
        self._incarnations = itertools.count(1)
        self._alive: dict[str, tuple[int, Ref]] = {}

    def start(self, name: str, start: StartChild) -> "Ref":
        """Start a child under `name` as its next incarnation, and return it."""
        incarnation = next(self._incarnations)
        lineage = Lineage(parent=self._parent, name=name, incarnation=incarnation)
        ref = start(lineage)
        self._alive[name] = incarnation, ref
        return ref

    def is_current(self, name: str, incarnation: int) -> bool:
        """Tell whether that incarnation is the latest, and has not been taken out."""
        return name in self._alive and self._alive[name][0] == incarnation

    def remove(self, name: str) -> None:
        """Take out a child that has died, or whose end nobody waits for any more."""
        self._alive.pop(name, None)

    def stop(self, name: str) -> None:
        """Let a child end as soon as it has handled what it handles now."""
        self._alive[name][1].stop(block=False)

    def abandon(self, name: str) -> int:
        """Take out a child that may never end, and let it end if it can; return its incarnation.

        Its death, should it still come, is told like any other.
        """
        self.stop(name)
        incarnation, _ = self._alive.pop(name)
        return incarnation

    def names(self) -> tuple[str, ...]:
        """Return the names of those that are there, in the order in which they were started."""
        return tuple(self._alive)

    def find(self, name: str) -> "Ref | None":
        """Return the child of that name, None when there is none."""
        entry = self._alive.get(name)
        return None if entry is None else entry[1]

    def tell(self, names: Iterable[str], message: object) -> None:
        """Send a message to those of `names` that are there."""
        for name in names:
            ref = self.find(name)
            if ref is not None:
                tell(ref, message)
