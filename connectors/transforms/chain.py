"""Transforms, one after the other."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from itertools import groupby
from typing import Protocol

from connectors.column import Column
from connectors.transforms.foreign_values import take_foreign_values

CpuToken = AbstractContextManager[object]
"""Is held around work of ours on one batch, never around code of others or a wait."""


class Transform(Protocol):
    """Changes the values of a column in place.

    A row it cannot handle is given up by `column.reject`, one it leaves out by `column.filter`.
    What may raise for a value runs in `column.convert`, which rejects that row.
    """

    def apply(self, column: Column) -> None:
        """Work on all values of `column`."""


class ForeignCode:
    """Marks transforms that run code of users, which may wait for whatever it likes."""


class TransformChain:
    """The transforms of one connector in file order; false when there are none."""

    def __init__(self, transforms: Sequence[Transform] = ()) -> None:
        self._segments = [
            (is_foreign, list(segment))
            for is_foreign, segment in groupby(transforms, lambda one: isinstance(one, ForeignCode))
        ]

    def __len__(self) -> int:
        return sum(len(segment) for _, segment in self._segments)

    def apply(self, column: Column, cpu_token: CpuToken) -> None:
        """Run every transform over the whole column; the next one sees the rows that are left.

        `cpu_token` is taken for each run of our own transforms, and free while code of users runs.
        """
        for is_foreign, segment in self._segments:
            if is_foreign:
                _apply_foreign(segment, column, cpu_token)
            else:
                with cpu_token:
                    _apply(segment, column)


def _apply(transforms: Sequence[Transform], column: Column) -> None:
    for transform in transforms:
        transform.apply(column)
        column.settle()


def _apply_foreign(transforms: Sequence[Transform], column: Column, cpu_token: CpuToken) -> None:
    for transform in transforms:
        transform.apply(column)
        column.settle()
        with cpu_token:
            take_foreign_values(column)
