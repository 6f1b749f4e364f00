"""A transform that users write in Python. It runs in the connector's thread, without CPU token."""

import inspect
import re
import traceback
from collections.abc import Callable, Iterable
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from marshmallow import post_load

from config.connector_schema import SCHEMA_ALIASES
from config.errors import ConfigError
from config.fields import Choice
from config.model import Schema
from config.suggestion import closest
from config.text_fields import Text
from connectors.column import Column
from connectors.contain import contain
from connectors.errors import RecordError
from connectors.python_file import load_file
from connectors.transforms.chain import ForeignCode
from connectors.transforms.table import TransformTable
from connectors.transforms.transform_record import TransformRecord

MAX_RECORDS_OF_ONE = 10_000

_DEFAULT_FUNCTION = "transform"
_FILE = re.compile(r"(?P<file>.+\.py)(?::(?P<name>[A-Za-z_]\w*))?")
_MODULE = re.compile(r"(?P<module>[A-Za-z_][\w.]*):(?P<name>[A-Za-z_]\w*)")

TransformFunction = Callable[[TransformRecord], object]


class PythonFunction(NamedTuple):
    """A function of a user; `place` is the file it is in."""

    function: TransformFunction
    place: str


class PythonTransform(ForeignCode):
    """Calls the function for each record, and takes what it returns in its place.

    That is a record, None to leave it out, or several. What it raises rejects the record. The
    payloads are of `target_format` then, or of the same format as before.
    """

    def __init__(self, python: PythonFunction, target_format: Schema | None) -> None:
        self._function, self._place = python
        self._target_format = target_format

    def apply(self, column: Column) -> None:
        """Call the function for every value."""
        origins = column.origins
        column.replace(
            [
                self._call(TransformRecord(origins[row], value))  # type: ignore[arg-type]
                for row, value in zip(column.rows, column.values, strict=True)
            ]
        )
        column.kind = self._target_format or column.kind

    def _call(self, record: TransformRecord) -> list[Any] | RecordError:
        try:
            result = self._function(record)
            if result is None:
                return []
            if isinstance(result, TransformRecord):
                return [result.payload]
            return _payloads(result)
        except RecordError as error:
            return error
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001, users raise SystemExit too
            return RecordError(f"the Python transform failed: {self._described(error)}")

    def _described(self, error: BaseException) -> str:
        """Tell what it is and where, but not its text, which may show what the payload holds."""
        lines = [
            frame.lineno
            for frame in traceback.extract_tb(error.__traceback__)
            if frame.filename == self._place
        ]
        where = f" in {Path(self._place).name}, line {lines[-1]}" if lines else ""
        return f"{type(error).__name__}{where}"


class PythonTable(TransformTable):
    """`[transforms.python]`."""

    path = Text(filled=True)
    target_format = Choice(Schema, aliases=SCHEMA_ALIASES, required=False, load_default=None)

    @post_load
    def build(self, data: dict[str, Any], **_: object) -> PythonTransform:
        """Return the transform; runs the code of the file or module."""
        return PythonTransform(find_function(data["path"], self.owner), data["target_format"])


def find_function(path: str, owner: str) -> PythonFunction:
    """Return the function that `module:function`, `file.py` or `file.py:function` names.

    In a file, which is run for each call, it is called `transform` unless its name is given.
    `owner` is the connector that it is for. Relative paths begin at the working directory. Raises
    ConfigError, whatever the code raises.
    """
    what = f"Python transform {path} cannot be loaded"
    in_file, in_module = _FILE.fullmatch(path), _MODULE.fullmatch(path)
    if in_file:
        module = contain(what, lambda: load_file(Path.cwd() / in_file["file"], owner))
        name = in_file["name"] or _DEFAULT_FUNCTION
    elif in_module:
        module = contain(what, lambda: import_module(in_module["module"]))
        name = in_module["name"]
    else:
        raise ConfigError(f"{what}: give module:function or the path of a .py file")
    function = getattr(module, name, None)
    if function is None:
        near = closest(name, vars(module))
        hint = f"; did you mean {near}?" if near else ""
        raise ConfigError(f"{what}: there is no function {name} in it{hint}")
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise ConfigError(f"{what}: {name} is no plain function")
    return PythonFunction(function, str(getattr(module, "__file__", "")))


def _payloads(result: object) -> list[Any]:
    if not isinstance(result, Iterable) or isinstance(result, (dict, str, bytes)):
        raise RecordError(
            f"the Python transform returned {type(result).__name__}: return the record, None, or"
            " a list of records"
        )
    records = list(islice(result, MAX_RECORDS_OF_ONE + 1))
    if len(records) > MAX_RECORDS_OF_ONE:
        raise RecordError(f"the Python transform makes more than {MAX_RECORDS_OF_ONE} of a record")
    for record in records:
        if not isinstance(record, TransformRecord):
            raise RecordError(
                f"the Python transform returned a {type(record).__name__} among its records"
            )
    return [record.payload for record in records]
