"""What Iggy takes as the name of a stream, topic or group. Pure."""

_MAX_BYTES = 255

ALLOWED_NAMES = f"1 to {_MAX_BYTES} bytes"
# A group of that name keeps the offsets of another while that one is freed of dead members.
REPAIR_SUFFIX = ".repair"


def is_iggy_name(text: str) -> bool:
    """Tell whether a stream, topic or group can have this name; ids fit too."""
    return 1 <= len(text.encode("utf-8", "replace")) <= _MAX_BYTES


def plain_identifier(name: str) -> str:
    """Return a name as it is, and an id without the `+` and zeros that Iggy's SDK overlooks.

    Two equal results are one thing in Iggy. Different ones may still be: a name and its id.
    """
    digits = name.removeprefix("+")
    return (digits.lstrip("0") or "0") if digits.isascii() and digits.isdigit() else name
