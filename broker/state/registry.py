"""Things that are found by number or by name: streams, topics, groups, users."""

from collections.abc import Iterator
from typing import Generic, Protocol, TypeVar


class Named(Protocol):
    """What a registry can hold."""

    @property
    def id(self) -> int:
        """The number."""

    name: str


T = TypeVar("T", bound=Named)


class Registry(Generic[T]):
    """Members by id and by name, in the order of their ids."""

    def __init__(self) -> None:
        self._by_id: dict[int, T] = {}
        self._by_name: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[T]:
        return iter([self._by_id[number] for number in sorted(self._by_id)])

    def find(self, identifier: int | str) -> T | None:
        """Return the member with this id or name, None when there is none."""
        if isinstance(identifier, int):
            return self._by_id.get(identifier)
        return self._by_name.get(identifier)

    def add(self, member: T) -> None:
        """Add a member, whose id and name are free."""
        self._by_id[member.id] = member
        self._by_name[member.name] = member

    def remove(self, member: T) -> None:
        """Forget a member."""
        del self._by_id[member.id]
        del self._by_name[member.name]

    def rename(self, member: T, name: str) -> None:
        """Give a member a name that is free."""
        del self._by_name[member.name]
        member.name = name
        self._by_name[name] = member

    def free_id(self) -> int:
        """Return the lowest id nobody has."""
        number = 0
        while number in self._by_id:
            number += 1
        return number
