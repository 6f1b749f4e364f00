"""Fields for strings, alone or in arrays and tables."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError

from config.environment_value import array_pieces, is_array
from config.problem import Problem
from config.secret import Secret
from config.strict_field import StrictField


class Text(StrictField[str]):
    """A string; `filled` refuses the empty one."""

    def __init__(self, *, filled: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._filled = filled

    def read(self, value: object) -> str:
        """Return the string."""
        if not isinstance(value, str):
            raise ValidationError("must be a string")
        if not is_unicode(value) or "\0" in value:
            raise ValidationError("must be UTF-8 text without NUL characters")
        if self._filled and not value:
            raise ValidationError("must not be empty")
        return value


class SecretText(StrictField[Secret]):
    """A string that is never shown."""

    secret = True

    def read(self, value: object) -> Secret:
        """Return the string, wrapped."""
        return Secret(Text().read(value))


class TextArray(StrictField[tuple[str, ...]]):
    """An array of strings."""

    def read(self, value: object) -> tuple[str, ...]:
        """Return the strings."""
        if not isinstance(value, list):
            raise Problem("must be an array of strings", allowed='such as ["a", "b"]').error()
        errors: dict[int, object] = {}
        for index, item in enumerate(value):
            try:
                Text().read(item)
            except ValidationError as error:
                errors[index] = error.messages
        if errors:
            raise ValidationError(errors)
        return tuple(value)

    def read_text(self, text: str) -> object:
        """Return the pieces of `[a, b]`, each of them a string whatever it looks like."""
        return array_pieces(text) if is_array(text) else text


class TextTable(StrictField[Mapping[str, str]]):
    """A table of strings; header values may be secrets."""

    secret = True

    def read(self, value: object) -> Mapping[str, str]:
        """Return the table."""
        if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
            raise ValidationError("must be a table of strings")
        return value


def is_unicode(text: str) -> bool:
    """Tell whether `text` can be encoded: an environment variable may hold any bytes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
