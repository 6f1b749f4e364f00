"""The payloads of one batch on their way through decode, transforms and encode.

All work is done a column at a time, so that the interpreter's costs arise once a batch and not
once a message.
"""

from collections.abc import Callable, Sequence
from typing import Any

from config.errors import ConfigError
from config.model import Schema
from connectors.errors import FatalError, RecordError

_NO_FAULT_OF_A_VALUE = (MemoryError, FatalError, ConfigError)


class Column:
    """Values of one kind, in the order of their batch.

    `kind` says what the values are: anything JSON can hold for `json`, `str` for `text`, else
    `bytes` in that format (for `proto` also `str`, its stand-in as JSON text). `rows[i]` is where
    `values[i]` stood in the batch that came in; several values may come of one row, and when one
    of them is rejected, so is the row. What was rejected or filtered leaves at `settle`. `origins`
    are the messages or produced records that the rows are of, where there are any. `decoded_from`
    is the format that a codec decoded the payloads from. `changed` tells that a transform changed
    something.
    """

    __slots__ = (
        "_count",
        "_leaving",
        "changed",
        "decoded_from",
        "kind",
        "origins",
        "rejections",
        "rows",
        "values",
    )

    def __init__(self, kind: Schema, values: list[Any], origins: Sequence[object] = ()) -> None:
        self.kind = kind
        self.values = values
        self.rows: Sequence[int] = range(len(values))
        self.origins = origins
        self.decoded_from: Schema | None = None
        self.changed = False
        self.rejections: dict[int, RecordError] = {}
        self._count = len(values)
        self._leaving: set[int] = set()

    @property
    def filtered(self) -> int:
        """How many rows were left out on purpose, with all that came of them."""
        if len(self.rows) == self._count and isinstance(self.rows, range):
            return 0
        return self._count - len({*self.rows, *self.rejections})

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
        problem: str,
    ) -> None:
        """Make each value into one of `kind`; one for which `convert_value` raises rejects its row.

        `problem` begins the text of the rejection. `refusals` are errors whose own text follows,
        as it shows nothing of the value; of all others only the type is told. `convert_value` may
        be called twice for a value.
        """
        self.kind = kind
        try:
            values = list(map(convert_value, self.values))
        except _NO_FAULT_OF_A_VALUE:
            raise
        except Exception:  # noqa: BLE001, whatever it was, it is found again one by one
            values = []
        if len(values) < len(self.values):  # also where a StopIteration ended the map
            self._convert_one_by_one(convert_value, refusals, problem)
        else:
            self.values = values

    def reject(self, position: int, error: RecordError) -> None:
        """Give up the row of `values[position]`; it stays in place until `settle`."""
        self.rejections.setdefault(self.rows[position], error)
        self._leaving.add(position)

    def filter(self, position: int) -> None:
        """Leave out the row of `values[position]` on purpose; it stays in place until `settle`."""
        self._leaving.add(position)

    def settle(self) -> None:
        """Take out what was filtered, and all values of the rows that were rejected."""
        if not self._leaving:
            return
        staying = [
            at
            for at, row in enumerate(self.rows)
            if at not in self._leaving and row not in self.rejections
        ]
        self.values = [self.values[at] for at in staying]
        self.rows = [self.rows[at] for at in staying]
        self._leaving.clear()

    def replace(self, groups: Sequence[Sequence[Any] | RecordError]) -> None:
        """Put in the place of each value those of its group, or reject its row."""
        values: list[Any] = []
        rows: list[int] = []
        for row, group in zip(self.rows, groups, strict=True):
            if isinstance(group, RecordError):
                self.rejections.setdefault(row, group)
            else:
                values.extend(group)
                rows.extend([row] * len(group))
        self._leaving = {at for at, row in enumerate(rows) if row in self.rejections}
        self.values, self.rows, self.changed = values, rows, True
        self.settle()

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
            except _NO_FAULT_OF_A_VALUE:
                raise
            except refusals as error:
                self.reject(position, RecordError(f"{problem}: {error}"))
            except Exception as error:  # noqa: BLE001, one record must not stop its connector
                self.reject(position, RecordError(f"{problem}: {type(error).__name__}"))
        self.settle()
