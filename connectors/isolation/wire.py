"""Values as bytes between the runtime and a plugin's process: MessagePack, never pickle.

Whole numbers of any size survive; what MessagePack has no form for arrives as a `ForeignValue`.
"""

from typing import Any

import msgpack

_BIG_NUMBER, _FOREIGN = 1, 2
_LONGEST_SHOWN = 1000


class ForeignValue:
    """Stands for a value that cannot leave its process; shown as it was shown there."""

    def __init__(self, shown: str) -> None:
        self._shown = shown

    def __repr__(self) -> str:
        return self._shown


def pack(value: object) -> bytes:
    """Write `value`; tuples arrive as lists."""
    packed: bytes = msgpack.packb(value, default=_foreign, unicode_errors="surrogatepass")
    return packed


def unpack(data: bytes | bytearray | memoryview) -> Any:
    """Read what `pack` wrote; raises ValueError for anything else."""
    return msgpack.unpackb(
        data, ext_hook=_read_foreign, unicode_errors="surrogatepass", strict_map_key=False
    )


def _foreign(value: object) -> msgpack.ExtType:
    if isinstance(value, int):
        size_bytes = value.bit_length() // 8 + 1
        return msgpack.ExtType(_BIG_NUMBER, value.to_bytes(size_bytes, "little", signed=True))
    shown = repr(value)[:_LONGEST_SHOWN]
    return msgpack.ExtType(_FOREIGN, shown.encode(errors="replace"))


def _read_foreign(kind: int, data: bytes) -> object:
    if kind == _BIG_NUMBER:
        return int.from_bytes(data, "little", signed=True)
    return ForeignValue(data.decode())
