"""Names of actors that may be replaced: messages go to whoever bears the name now."""

import threading
from collections import Counter
from typing import TYPE_CHECKING

from actors.core.sending import tell

if TYPE_CHECKING:
    from actors.core.actor import Ref


class Directory:
    """Written by supervisors, read by anyone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._refs: dict[str, Ref] = {}
        self._undelivered: Counter[str] = Counter()

    def register(self, name: str, ref: "Ref") -> None:
        """Let `name` mean `ref` from now on."""
        with self._lock:
            self._refs[name] = ref

    def find(self, name: str) -> "Ref | None":
        """Return who bears the name, None when nobody alive does."""
        ref = self._refs.get(name)
        return ref if ref is not None and ref.is_alive() else None

    def tell(self, name: str, message: object) -> bool:
        """Send a message; False, and counted, when nobody alive bears the name."""
        ref = self._refs.get(name)
        if ref is not None and tell(ref, message):
            return True
        with self._lock:
            self._undelivered[name] += 1
        return False

    def undelivered(self, name: str) -> int:
        """Return how many messages to `name` found nobody."""
        return self._undelivered[name]
