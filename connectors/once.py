"""A property that is computed when it is first read.

`functools.cached_property` of Python 3.11 holds one lock for all instances while it computes,
which would make the batches of all connectors wait for each other.
"""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

ValueT = TypeVar("ValueT")


class once(Generic[ValueT]):  # noqa: N801 - used as a decorator, as `property` is
    """Decorates a method that computes a value; the value then takes the method's place."""

    def __init__(self, compute: Callable[[Any], ValueT]) -> None:
        self.compute = compute
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...

    @overload
    def __get__(self, instance: object, owner: type) -> ValueT: ...

    def __get__(self, instance: object | None, owner: type) -> Self | ValueT:
        if instance is None:
            return self
        value = vars(instance)[self.name] = self.compute(instance)
        return value
