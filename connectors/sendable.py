"""What Iggy and its SDK take: limits on the parts of a message, checked before it is sent.

The SDK would refuse a whole request for one bad record.
"""

from collections.abc import Mapping

from connectors.errors import RecordError

MAX_PAYLOAD_BYTES = 64_000_000
MAX_HEADERS_BYTES = 100_000
MAX_HEADER_FIELD_BYTES = 255

_HEADER_ENTRY_BYTES = 10  # a kind and a length, for the key and for the value
_NUMBER_BYTES = 16  # the widest
_MAX_ID = 2**128 - 1
_MIN_HEADER_INT = -(2**127)
_MAX_PARTITION = 2**32 - 1


def check_id(value: object) -> None:
    """Raise RecordError unless `value` is a message id."""
    if type(value) is not int or not 0 <= value <= _MAX_ID:
        raise RecordError(f"the id is {_shown(value)}: it must be a whole number below 2**128")


def check_partition(value: object) -> None:
    """Raise RecordError unless `value` can be the number of a partition."""
    if type(value) is not int or not 0 <= value <= _MAX_PARTITION:
        raise RecordError(f"the partition is {_shown(value)}: it must be a whole number from 0")


def check_key(value: object) -> None:
    """Raise RecordError unless `value` can choose a partition."""
    if not isinstance(value, (str, bytes)):
        raise RecordError(f"the key is of type {type(value).__name__}: it must be str or bytes")


def check_headers(headers: object) -> None:
    """Raise RecordError unless `headers` map names to values that a message header can hold."""
    if not isinstance(headers, Mapping):
        raise RecordError(f"the headers are of type {type(headers).__name__}: give a dict")
    total_bytes = 0
    for name, value in headers.items():
        if not isinstance(name, str):
            raise RecordError(f"a header's name is of type {type(name).__name__}: it must be str")
        total_bytes += _HEADER_ENTRY_BYTES + _field_bytes(name, f"the name of header {name!r:.80}")
        total_bytes += _value_bytes(value, f"the value of header {name!r:.80}")
    if total_bytes > MAX_HEADERS_BYTES:
        raise RecordError(
            f"the headers take {total_bytes} bytes: Iggy takes at most {MAX_HEADERS_BYTES}"
        )


def _value_bytes(value: object, subject: str) -> int:
    if isinstance(value, (str, bytes)):
        return _field_bytes(value, subject)
    if not isinstance(value, (int, float)):
        kind = type(value).__name__
        raise RecordError(f"{subject} is of type {kind}: give str, bytes, bool, int or float")
    if isinstance(value, int) and not _MIN_HEADER_INT <= value <= _MAX_ID:
        raise RecordError(f"{subject} has more than 128 bits")
    return _NUMBER_BYTES


def _field_bytes(field: str | bytes, subject: str) -> int:
    try:
        size_bytes = len(field.encode() if isinstance(field, str) else field)
    except UnicodeEncodeError as error:
        raise RecordError(f"{subject} is not Unicode text") from error
    if not 1 <= size_bytes <= MAX_HEADER_FIELD_BYTES:
        allowed = f"1 to {MAX_HEADER_FIELD_BYTES} bytes"
        raise RecordError(f"{subject} has {size_bytes} bytes: it must have {allowed}")
    return size_bytes


def _shown(value: object) -> str:
    if not isinstance(value, int):
        return f"of type {type(value).__name__}"
    return f"{value:#x}" if value.bit_length() <= 2 * _MAX_ID.bit_length() else "far too large"
