"""The protocol version gate: which clients this broker speaks with.

Below 1.0 every minor release is its own island, so exactly 0.11 is accepted, with any patch.
"""

PROTOCOL_MAJOR, PROTOCOL_MINOR = 0, 11
SERVER_VERSION = "0.9.0-development-broker"
SERVER_SEMVER = 9_000


def packed(major: int, minor: int, patch: int) -> int:
    """Pack a version the way it stands in login and eviction frames."""
    return major << 20 | minor << 10 | patch


def unpacked(version: int) -> str:
    """Render a packed version as `major.minor.patch`."""
    return f"{version >> 20}.{version >> 10 & 0x3FF}.{version & 0x3FF}"


LOWEST = packed(PROTOCOL_MAJOR, PROTOCOL_MINOR, 0)
HIGHEST = LOWEST


def accepts(version: int) -> bool:
    """Tell whether a client of this packed version may log in."""
    return version >= LOWEST and version >> 10 <= HIGHEST >> 10
