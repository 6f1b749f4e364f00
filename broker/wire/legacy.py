"""The framing of clients before 0.9: they are told to leave in words they understand.

Their frames are `u32 length | u32 code | payload`, the length counting code and payload. Today's
frames begin with zeros, so the first four bytes of a connection tell the two apart.
"""

from broker.wire.header import NotAFrameError

LENGTH_BYTES = 4
INVALID_VERSION = (7).to_bytes(4, "little") + bytes(4)

_MAX_FRAME_BYTES = 4096


def frame_size(start: memoryview) -> int:
    """Return the size of the frame that begins with these four bytes, length included."""
    length = int.from_bytes(start[:LENGTH_BYTES], "little")
    if not 4 <= length <= _MAX_FRAME_BYTES - LENGTH_BYTES:
        raise NotAFrameError(f"begins with {bytes(start[:LENGTH_BYTES]).hex()}")
    return LENGTH_BYTES + length
