"""Reads values of environment variables that have no type of their own (`PLUGIN_CONFIG_…`).

A field that has a type reads its text itself (`StrictField.read_text`); here the text decides.
"""

import math
import re

_WHOLE = re.compile(r"\+?[0-9]{1,20}|-[0-9]{1,19}")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")

EnvironmentValue = str | bool | int | float | list["EnvironmentValue"]


def parse_environment_value(text: str) -> EnvironmentValue:
    """Return an array (`[a, b]`), a boolean, a 64-bit integer, a finite float, or else the text."""
    if is_array(text):
        return [parse_environment_value(piece) for piece in array_pieces(text)]
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    if _WHOLE.fullmatch(text) and -(2**63) <= int(text) < 2**64:
        return int(text)
    if _DECIMAL.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text


def is_array(text: str) -> bool:
    """Tell whether `text` is an array: brackets at both its ends, no blanks around them."""
    return len(text) > 1 and text.startswith("[") and text.endswith("]")


def array_pieces(text: str) -> list[str]:
    """Return the texts between the commas of `[a, "b, c"]`, without blanks and double quotes."""
    inner = text.lstrip("[").rstrip("]")
    if not inner.strip():
        return []
    pieces = [""]
    quoted = False
    for character in inner:
        if character == '"':
            quoted = not quoted
        if character == "," and not quoted:
            pieces.append("")
        else:
            pieces[-1] += character
    return [_unquoted(piece.strip()) for piece in pieces]


def _unquoted(piece: str) -> str:
    surrounded = len(piece) > 1 and piece.startswith('"') and piece.endswith('"')
    return piece[1:-1] if surrounded else piece
