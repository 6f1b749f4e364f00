"""The payloads of one batch on their way through decode, transforms and encode.

All work is done a column at a time, so that the interpreter's costs arise once a batch and not
once a message.
"""

from collections.abc import Callable, Sequence
from typing import Any

from config.model import Schema
from connectors.errors import RecordError


class Column:
    """Values of one kind, in the order of their batch.

    `kind` says what the values are: anything JSON can hold for `json`, `str` for `text`, else
    `bytes`. `rows[i]` is where `values[i]` stood in the batch that came in. Rows that were
    rejected or filtered leave at `settle`. `changed` tells that a transform changed something.
    """

    __slots__ = ("_leaving", "changed", "filtered", "kind", "rejections", "rows", "values")

    def __init__(self, kind: Schema, values: list[Any]) -> None:
        self.kind = kind
        self.values = values
        self.rows: Sequence[int] = range(len(values))
        self.changed = False
        self.filtered = 0
        self.rejections: dict[int, RecordError] = {}
        self._leaving: set[int] = set()

    def objects(self) -> list[dict[str, Any]]:
        """Return the values that are JSON objects: what the field transforms work on."""
        if self.kind is not Schema.JSON:
            return []
        return [value for value in self.values if isinstance(value, dict)]

    def convert(
        self,
        kind: Schema,
        convert_value: Callable[[Any], Any],
        *,
        refusals: type[Exception] | tuple[type[Exception], ...] = (),
        problem: str = "",
    ) -> None:
        """Make each value into one of `kind`; a value that is refused rejects its row.

        `refusals` are what `convert_value` raises for a bad value, `problem` begins their text.
        """
        self.kind = kind
        try:
            self.values = list(map(convert_value, self.values))
        except refusals:
            self._convert_one_by_one(convert_value, refusals, problem)

    def reject(self, position: int, error: RecordError) -> None:
        """Give up the row of `values[position]`; it stays in place until `settle`."""
        self.rejections[self.rows[position]] = error
        self._leaving.add(position)

    def filter(self, position: int) -> None:
        """Leave out the row of `values[position]` on purpose; it stays in place until `settle`."""
        self.filtered += 1
        self._leaving.add(position)

    def settle(self) -> None:
        """Take out the rows that were rejected or filtered."""
        if not self._leaving:
            return
        staying = [at for at in range(len(self.values)) if at not in self._leaving]
        self.values = [self.values[at] for at in staying]
        self.rows = [self.rows[at] for at in staying]
        self._leaving.clear()

    def _convert_one_by_one(
        self,
        convert_value: Callable[[Any], Any],
        refusals: type[Exception] | tuple[type[Exception], ...],
        problem: str,
    ) -> None:
        values = self.values
        for position, value in enumerate(values):
            try:
                values[position] = convert_value(value)
            except refusals as error:
                self.reject(position, RecordError(f"{problem}: {error}"))
        self.settle()
