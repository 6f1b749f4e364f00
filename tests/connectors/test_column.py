from collections.abc import Callable
from typing import Any

import pytest

from config.errors import ConfigError
from config.model import Schema
from connectors import FatalError
from connectors.column import Column

PROBLEM = "it cannot be made"


class RefusalError(ValueError):
    pass


def raising(error: BaseException) -> Callable[[Any], Any]:
    """Return what doubles numbers, and raises `error` for all else."""

    def convert(value: Any) -> Any:
        if isinstance(value, int):
            return value * 2
        raise error

    return convert


@pytest.mark.parametrize(
    "error", [ValueError("hunter2"), RecursionError("hunter2"), StopIteration("hunter2")]
)
def test_whatever_is_raised_for_a_value_rejects_its_row_and_shows_nothing_of_it(
    error: Exception,
) -> None:
    column = Column(Schema.JSON, [1, "hunter2", 3])
    column.convert(Schema.TEXT, raising(error), problem=PROBLEM)

    assert (column.kind, column.values, list(column.rows)) == (Schema.TEXT, [2, 6], [0, 2])
    assert str(column.rejections[1]) == f"{PROBLEM}: {type(error).__name__}"


def test_the_text_of_a_refusal_is_told() -> None:
    column = Column(Schema.JSON, ["x"])
    column.convert(
        Schema.JSON, raising(RefusalError("so it is")), refusals=RefusalError, problem=PROBLEM
    )

    assert str(column.rejections[0]) == f"{PROBLEM}: so it is"


@pytest.mark.parametrize(
    "error", [MemoryError(), FatalError("all is lost"), ConfigError("wrong"), KeyboardInterrupt()]
)
def test_what_is_no_fault_of_the_value_is_raised(error: BaseException) -> None:
    with pytest.raises(type(error)):
        Column(Schema.JSON, [1, "x"]).convert(Schema.JSON, raising(error), problem=PROBLEM)
