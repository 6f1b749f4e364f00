"""Text from elsewhere (records, packages, plugins) that goes to a terminal or a line of a log."""

import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def escaped(text: str) -> str:
    """Return `text` with what could break a line, steer a terminal or be no UTF-8 as `\\x1b`."""
    return _CONTROL.sub(lambda found: repr(found[0])[1:-1], text)
