"""Sees to it that the process has its standard streams, before anything else is opened."""

import os
import sys


def open_what_is_closed() -> None:
    """Open /dev/null for each that was closed when the process was started, as `>&-` does.

    Python has None for such a stream, and the next socket would take its number.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            stream = open(os.devnull, mode)  # noqa: PTH123, SIM115 - for the life of the process
            os.set_inheritable(stream.fileno(), True)
            setattr(sys, name, stream)
