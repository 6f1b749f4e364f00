"""One TOML file in memory, which knows where in the file its values stand."""

from functools import cached_property
from pathlib import Path

import tomli

from config.errors import ConfigError, Finding
from config.key_path import KeyPath, Table, value_at
from config.statement_lines import statement_lines


class Document:
    """A parsed TOML text; `source` is how findings call it."""

    def __init__(self, source: str, text: str) -> None:
        """Parse `text`; raises ConfigError with one finding where it is not TOML."""
        self.source = source
        self._text = text.replace("\r\n", "\n")
        try:
            self.table: Table = tomli.loads(text)
        except tomli.TOMLDecodeError as error:
            problem = f"not valid TOML: {error.msg} (column {error.colno})"
            raise _unusable(source, problem, line=error.lineno) from error
        except (ValueError, RecursionError) as error:
            raise _unusable(source, f"not valid TOML: {error}") from error

    @classmethod
    def read(cls, path: Path) -> "Document":
        """Read a file; raises ConfigError with one finding where it cannot be read or parsed."""
        source = printable(path)
        try:
            text = path.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise _unusable(source, f"not UTF-8 text (byte {error.start})") from error
        except OSError as error:
            raise _unusable(source, f"cannot be read: {error.strerror}") from error
        return cls(source, text)

    def has(self, path: KeyPath) -> bool:
        """Tell whether something stands at `path`."""
        return not path or value_at(self.table, path) is not None

    def line_of(self, path: KeyPath) -> int | None:
        """Return the 1-based line of the statement that sets `path`; None where it is not known."""
        return self._lines.get(path)

    @cached_property
    def _lines(self) -> dict[KeyPath, int]:
        return statement_lines(self._text)


def printable(text: str | Path) -> str:
    """Return what the system gave us as text that can be shown, whatever bytes there are in it."""
    return str(text).encode("utf-8", "replace").decode()


def _unusable(source: str, problem: str, *, line: int | None = None) -> ConfigError:
    finding = Finding(source=source, line=line, problem=problem)
    return ConfigError("A configuration file cannot be used:", [finding])
