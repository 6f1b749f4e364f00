"""What actors share that is no actor: the timer, the Iggy loop, the CPU token, the directory."""

import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from actors.core import Directory, Timer
from actors.iggy.iggy_loop import IggyLoop


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Given to every actor that needs one of them; all of it is safe for threads.

    Whoever decodes, transforms or encodes holds `cpu_token`, never while waiting or while code of
    a plugin runs: it keeps connectors from fighting over the interpreter, which would starve the
    HTTP API. `plugin_ids` numbers the start attempts of all connectors.
    """

    timer: Timer
    iggy_loop: IggyLoop
    directory: Directory = field(default_factory=Directory)
    cpu_token: threading.Lock = field(default_factory=threading.Lock)
    plugin_ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
