"""Which machine a shared library is built for, which the loader does not say when it is another."""

import platform
import sys
from pathlib import Path

_MACHINES = {3: "i686", 40: "arm", 62: "x86_64", 183: "aarch64", 243: "riscv64"}
_ELF = b"\x7fELF"


def wrong_machine(path: Path) -> str | None:
    """Say why `path` can be no library for this machine; None where nothing speaks against it."""
    if sys.platform != "linux":
        return None
    try:
        with path.open("rb") as file:
            header = file.read(20)
    except OSError as error:
        return f"it cannot be read: {error}"
    if len(header) < 20 or not header.startswith(_ELF):
        return "it is no shared library of Linux (ELF)"
    number = int.from_bytes(header[18:20], "little" if header[5] == 1 else "big")
    machine = _MACHINES.get(number, f"machine {number}")
    if machine != platform.machine():
        return f"it is built for {machine}, and this is {platform.machine()}"
    return None
