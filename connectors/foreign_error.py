"""What code that is not ours raised, in words: that code may raise anything, of any size."""

import signal
import sysconfig
import threading
import traceback
from pathlib import Path

_LONGEST_WORDS = 1000
_OURS = str(Path(__file__).parent)
_PYTHONS = sysconfig.get_path("stdlib")


def described(error: BaseException) -> str:
    """Return type, words and place: `KeyError: 'id' (/home/me/my_sink.py:12)`.

    The words are cut. The place is the innermost line of the plugin's own folder, left out where
    no line of it was run.
    """
    try:
        words = str(error)
    except Exception:  # noqa: BLE001
        words = ""
    if len(words) > _LONGEST_WORDS:
        words = f"{words[:_LONGEST_WORDS]}…"
    name = type(error).__name__
    return (f"{name}: {words}" if words else name) + _place(error)


def is_ctrl_c(error: BaseException) -> bool:
    """Tell whether somebody at a terminal wants an end, which no code may keep from its way."""
    return (
        isinstance(error, KeyboardInterrupt)
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )


def _place(error: BaseException) -> str:
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if not frame.filename.startswith((_OURS, "<")) and not _is_pythons(frame.filename)
    ]
    if not frames:
        return ""
    folder = Path(frames[0].filename).parent
    innermost = [frame for frame in frames if Path(frame.filename).parent == folder][-1]
    return f" ({innermost.filename}:{innermost.lineno})"


def _is_pythons(file: str) -> bool:
    """Tell whether `file` is of the standard library, in which folder the installed ones may be."""
    return file.startswith(_PYTHONS) and "-packages" not in file
