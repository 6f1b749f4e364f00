"""Transforms, one after the other."""

from collections.abc import Sequence
from typing import Protocol

from connectors.column import Column


class Transform(Protocol):
    """Changes the values of a column in place.

    A row it cannot handle is given up by `column.reject`, one it leaves out by `column.filter`.
    """

    def apply(self, column: Column) -> None:
        """Work on all values of `column`."""


class TransformChain:
    """The transforms of one connector in file order; false when there are none."""

    def __init__(self, transforms: Sequence[Transform] = ()) -> None:
        self._transforms = tuple(transforms)

    def __len__(self) -> int:
        return len(self._transforms)

    def apply(self, column: Column) -> None:
        """Run every transform over the whole column; the next one sees the rows that are left."""
        for transform in self._transforms:
            transform.apply(column)
            column.settle()
