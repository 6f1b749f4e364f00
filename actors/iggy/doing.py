"""Says what is being done with Iggy while it is done, for the error that may come of it.

Runs in the Iggy loop's thread, inside a coroutine.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from actors.iggy.iggy_error import IggyError, map_error


@contextmanager
def doing(what: str) -> Iterator[None]:
    """Let everything that is raised inside come out as an IggyError that begins with `what`.

    A cancellation stays one, with `what` as its message: so the time limit knows what it cut off.
    """
    try:
        yield
    except (IggyError, GeneratorExit):
        raise
    except asyncio.CancelledError as error:
        raise asyncio.CancelledError(what) from error
    except BaseException as error:  # a panic in the SDK's Rust code is no Exception
        raise map_error(error, what) from error
